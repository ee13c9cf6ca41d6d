import { beforeEach, describe, expect, test } from "vitest";
import { faultAt, type Fault } from "../../emulators/faults.ts";
import { flyApp } from "./app.ts";
import { APP, appInputs, listed, machinesOf, useFly, volumesListed } from "./fly-fixture.ts";
import type { FlyMachine } from "./machine-api.ts";
import { unusedVolumes } from "./machine-volume.ts";
import { flyMachines } from "./machines.ts";
import type { MachinesInputs } from "./machines-inputs.ts";

const fly = useFly();
const VOLUMES = `/apps/${APP}/volumes`;
const MACHINES = `/apps/${APP}/machines`;
const RUNNING = { condition: "running" };

beforeEach(async () => {
  await flyApp.create("", appInputs(), fly.context());
  fly.emulator().forget();
});

async function update(inputs: MachinesInputs, context = fly.context()) {
  return await flyMachines.update("", inputs, { inputs, outputs: RUNNING }, context);
}

async function remove(inputs: MachinesInputs) {
  await flyMachines.delete("", { inputs, outputs: RUNNING }, fly.context());
}

async function read(inputs: MachinesInputs) {
  return (await flyMachines.read("", { inputs, outputs: RUNNING }, fly.context()))?.outputs.condition;
}

/** Each machine has one of that size, or none of 0 GB, and there are no others. */
async function expectOneEach(machines: number, sizeGb: number): Promise<void> {
  const volumes = await volumesListed(fly);
  const there = await listed(fly);
  expect(there).toHaveLength(machines);
  const having = sizeGb === 0 ? [] : there;
  expect(volumes.map(({ size_gb }) => size_gb)).toEqual(having.map(() => sizeGb));
  expect(volumes.map(({ attached_machine_id: id }) => id).toSorted()).toEqual(
    having.map(({ id }) => id).toSorted(),
  );
  expect(there.flatMap(({ config }) => config.mounts ?? [])).toHaveLength(having.length);
}

test("each machine has a volume of its own, made before it; nothing is written for it again", async () => {
  const inputs = machinesOf(await fly.image("a", "ready"), { machines: 2, volumeGb: 1 });
  expect(await flyMachines.create("", inputs, fly.context())).toEqual(RUNNING);
  expect(fly.writes()).toEqual([1, 2].flatMap(() => [`POST ${VOLUMES}`, `POST ${MACHINES}`]));
  const asked = fly.emulator().calls.find(({ method, path }) => method === "POST" && path === VOLUMES);
  expect(asked?.body).toEqual({
    name: "oxy_all",
    region: "gru",
    size_gb: 1,
    compute: { cpu_kind: "shared", cpus: 1, memory_mb: 512 },
    require_unique_zone: false,
  });
  await expectOneEach(2, 1);
  const volumes = (await volumesListed(fly)).map(({ id }) => ({ volume: id, path: "/data" }));
  expect((await listed(fly)).map(({ config }) => config.mounts)).toEqual(volumes.map((mount) => [mount]));
  fly.emulator().forget();
  expect(await read(inputs)).toBe("running");
  expect(await update(inputs)).toEqual(RUNNING);
  expect(fly.writes()).toEqual([]);
});

test("a machine that takes another's place has a new one; the old one goes after the old machine", async () => {
  await update(machinesOf(await fly.image("a", "ready"), { machines: 2, volumeGb: 1 }));
  const old = (await volumesListed(fly)).map(({ id }) => id);
  fly.emulator().forget();
  const after = machinesOf(await fly.image("b", "ready"), { machines: 2, volumeGb: 1 });
  await update(after);
  await expectOneEach(2, 1);
  expect((await volumesListed(fly)).filter(({ id }) => old.includes(id))).toEqual([]);
  const deleted = fly.writes().filter((write) => write.startsWith("DELETE "));
  // Fly may have it refused for a moment: the machine is on its way out.
  expect([...new Set(deleted)].slice(-2)).toEqual(old.map((id) => `DELETE ${VOLUMES}/${id}`));
  expect(await read(after)).toBe("running");
});

test.each([
  [0, 1],
  [1, 2],
  // Smaller, which no volume of Fly's can be made.
  [2, 1],
  [1, 0],
])("from %i GB to %i GB is an update like any other", async (from, to) => {
  const image = await fly.image("a", "ready");
  await update(machinesOf(image, { volumeGb: from }));
  const [before] = await listed(fly);
  const inputs = machinesOf(image, { volumeGb: to });
  expect(await read(inputs)).toBe("all-1 with other settings");
  await update(inputs);
  const [machine] = await listed(fly);
  expect(machine?.id).not.toBe(before?.id);
  await expectOneEach(1, to);
  expect(await read(inputs)).toBe("running");
});

test("one that somebody made bigger is noticed, and a machine with one as declared takes its place", async () => {
  const inputs = machinesOf(await fly.image("a", "ready"), { volumeGb: 1 });
  await update(inputs);
  const [volume] = await volumesListed(fly);
  await fly.ask("PUT", `${VOLUMES}/${volume?.id}/extend`, { size_gb: 5 });
  expect(await read(inputs)).toBe("all-1 with other settings");
  await update(inputs);
  await expectOneEach(1, 1);
});

test("one that somebody let a machine have is noticed, and taken away with that machine", async () => {
  const inputs = machinesOf(await fly.image("a", "ready"));
  await update(inputs);
  const id = await made("oxy_all");
  const [machine] = await listed(fly);
  const config = { ...machine?.config, init: undefined, mounts: [{ volume: id, path: "/data" }] };
  await fly.ask("POST", `${MACHINES}/${machine?.id}`, { config });
  expect(await read(inputs)).toBe("all-1 with other settings");
  await update(inputs);
  expect(await volumesListed(fly)).toEqual([]);
  expect(await read(inputs)).toBe("running");
});

/** A volume by hand that can be mounted. @returns its id */
async function made(name: string): Promise<string> {
  const { body } = await fly.ask("POST", VOLUMES, { name, region: "gru", size_gb: 1 });
  const { id } = body as { id: string };
  await expect
    .poll(async () => (await fly.ask("GET", `${VOLUMES}/${id}`)).body)
    .toMatchObject({
      state: "created",
    });
  return id;
}

test.each([0, 1])(
  "one of ours that no machine has is noticed and deleted, with %i GB declared; others are not touched",
  async (volumeGb) => {
    const inputs = machinesOf(await fly.image("a", "ready"), { volumeGb });
    await update(inputs);
    const left = await made("oxy_all");
    const others = [await made("oxy_web"), await made("data")];
    expect(await read(inputs)).toBe(`volume ${left} is of no machine`);
    fly.emulator().forget();
    await update(inputs);
    expect(fly.writes()).toEqual([`DELETE ${VOLUMES}/${left}`]);
    expect(await read(inputs)).toBe("running");
    const names = (await volumesListed(fly)).filter(({ name }) => name !== "oxy_all").map(({ id }) => id);
    expect(names).toEqual(others);
  },
);

test("of a release that dies no volume is left, and the one before it has its own", async () => {
  const good = machinesOf(await fly.image("a", "ready"), { volumeGb: 1 });
  await update(good);
  const before = await volumesListed(fly);
  await expect(update(machinesOf(await fly.image("b", "dying"), { volumeGb: 1 }))).rejects.toThrow(
    "again and again",
  );
  expect(await volumesListed(fly)).toEqual(before);
  expect(await read(good)).toBe("running");
  expect(await fly.answering()).toEqual(["a"]);
});

test("where its server has no room for the machine, that is told and the volume is deleted", async () => {
  const inputs = machinesOf(await fly.image("a", "ready"), { volumeGb: 1 });
  const message = "insufficient resources to create new machine with existing volume";
  fly
    .emulator()
    .inject(({ method, path }) =>
      method === "POST" && path === MACHINES ? { kind: "status", status: 412, message } : undefined,
    );
  await expect(update(inputs)).rejects.toThrow(
    `Fly.io refused to create machine "all-1" of app "${APP}" (412: ${message})`,
  );
  expect(await volumesListed(fly)).toEqual([]);
  expect(await listed(fly)).toEqual([]);
  fly.emulator().inject(undefined);
  await update(inputs);
  await expectOneEach(1, 1);
});

test.each([401, 402, 403, 422, 429, 500])(
  "a %i for a volume is told, and nothing was made",
  async (status) => {
    const inputs = machinesOf(await fly.image("a", "ready"), { volumeGb: 1 });
    fly
      .emulator()
      .inject(({ method, path }) =>
        method === "POST" && path === VOLUMES
          ? { kind: "status", status, message: "because", retryAfterSeconds: 0 }
          : undefined,
      );
    await expect(update(inputs)).rejects.toThrow(
      new RegExp(`create a volume of 1 GB in app "${APP}".*${status}: because`),
    );
    expect(await listed(fly)).toEqual([]);
    expect(await volumesListed(fly)).toEqual([]);
  },
  60_000,
);

test("what Fly has no volumes of is told in its own words", async () => {
  const inputs = machinesOf(await fly.image("a", "ready"), { name: "a-b", volumeGb: 1 });
  await expect(update(inputs)).rejects.toThrow(
    `Fly.io refused to create a volume of 1 GB in app "${APP}" (422: Validation failed: Name may have`,
  );
});

test("deleted, no volume is left; and so it is the second time, and without its app", async () => {
  const inputs = machinesOf(await fly.image("a", "ready"), { machines: 2, volumeGb: 1 });
  await update(inputs);
  await remove(inputs);
  expect(await volumesListed(fly)).toEqual([]);
  fly.emulator().forget();
  await remove(inputs);
  expect(fly.writes()).toEqual([]);
  await fly.ask("DELETE", `/apps/${APP}?force=true`);
  await remove(inputs);
});

describe("whatever call it is that", () => {
  let images: readonly string[] = [];
  beforeEach(async () => {
    images = [await fly.image("a", "ready"), await fly.image("b", "ready")];
  });

  /** Each time another release, and another size. */
  function release(round: number): MachinesInputs {
    return machinesOf(images[round % 2] ?? "", { volumeGb: 1 + (round % 2) });
  }

  async function expectRelease(round: number): Promise<void> {
    await expectOneEach(1, 1 + (round % 2));
    expect(await fly.answering()).toEqual([["a"], ["b"]][round % 2]);
  }

  /** Of the calls of an action, which may fail by it, one goes wrong. @returns whether there was such a call */
  async function goesWrong(call: number, fault: Fault, action: () => Promise<unknown>): Promise<boolean> {
    fly.emulator().forget();
    fly.emulator().inject(faultAt(call, fault));
    await action().catch(() => undefined);
    fly.emulator().inject(undefined);
    return fly.emulator().calls.length > call;
  }

  test.each<Fault>([{ kind: "cut before" }, { kind: "cut after" }])(
    "is $kind in an update, the next one ends with a volume for each machine",
    async (fault) => {
      await update(release(1));
      for (let call = 0, isThere = true; isThere; call++) {
        isThere = await goesWrong(call, fault, () => update(release(call)));
        await update(release(call));
        await expectRelease(call);
      }
    },
    240_000,
  );

  test("an update is stopped at, the next one ends with a volume for each machine", async () => {
    await update(release(1));
    for (let call = 0, isThere = true; isThere; call++) {
      const stop = new AbortController();
      let seen = 0;
      fly.emulator().inject(() => {
        if (seen++ === call) stop.abort(new Error("stopped"));
        return undefined;
      });
      await update(release(call), fly.context(stop.signal)).catch(() => undefined);
      fly.emulator().inject(undefined);
      isThere = stop.signal.aborted;
      await update(release(call));
      await expectRelease(call);
    }
  }, 240_000);

  test("is cut after in a deletion, the next one leaves nothing", async () => {
    for (let call = 0, isThere = true; isThere; call++) {
      await update(release(0));
      isThere = await goesWrong(call, { kind: "cut after" }, () => remove(release(0)));
      await remove(release(0));
      expect(await volumesListed(fly)).toEqual([]);
      await expect.poll(() => listed(fly)).toEqual([]);
    }
  }, 240_000);
});

test("a volume is left alone while a machine has it, and while nobody reaches its server", () => {
  const volume = { id: "vol_1", name: "oxy_all", state: "created", size_gb: 1 };
  const machine: FlyMachine = {
    id: "m1",
    name: "all-1",
    state: "started",
    region: "gru",
    created_at: "2026-11-01T00:00:00Z",
  };
  const having = { ...machine, config: { mounts: [{ volume: "vol_1" }] } };
  const unreached = { ...machine, incomplete_config: { mounts: [{ volume: "vol_1" }] } };
  expect(unusedVolumes([volume], [machine])).toEqual([volume]);
  expect(unusedVolumes([volume], [having])).toEqual([]);
  expect(unusedVolumes([volume], [unreached])).toEqual([]);
  expect(unusedVolumes([{ ...volume, attached_machine_id: "m1" }], [machine])).toEqual([]);
  const left = { ...volume, attached_machine_id: "m0" };
  expect(unusedVolumes([left], [machine])).toEqual([left]);
  expect(unusedVolumes([{ ...left, host_status: "unreachable" }], [machine])).toEqual([]);
});
