import { beforeEach, describe, expect, test, vi } from "vitest";
import { faultAt } from "../../emulators/faults.ts";
import { flyApp } from "./app.ts";
import { APP, appInputs, listed, machinesOf, useFly } from "./fly-fixture.ts";
import { flyMachines } from "./machines.ts";
import type { MachinesInputs } from "./machines-inputs.ts";

const fly = useFly();
const ID = "stack/main/all@fly/acme/gru";
const RUNNING = { condition: "running" };

beforeEach(async () => {
  await flyApp.create("", appInputs(), fly.context());
  fly.emulator().forget();
});

async function create(inputs: MachinesInputs) {
  return await flyMachines.create(ID, inputs, fly.context());
}

async function update(inputs: MachinesInputs) {
  return await flyMachines.update(ID, inputs, { inputs, outputs: RUNNING }, fly.context());
}

async function read(inputs: MachinesInputs) {
  return (await flyMachines.read(ID, { inputs, outputs: RUNNING }, fly.context()))?.outputs.condition;
}

test("it runs, with the secrets of its app, and is as declared; nothing is written for it again", async () => {
  const inputs = machinesOf(await fly.image("a", "ready"));
  expect(flyMachines.identify(inputs)).toBe(ID);
  expect(await create(inputs)).toEqual(RUNNING);
  expect(await fly.answering()).toEqual(["a"]);
  const [container] = fly.containers().running;
  expect(await container?.printed()).toEqual(["started a token-of-the-test"]);
  expect(fly.writes()).toEqual([`POST /apps/${APP}/machines`]);
  fly.emulator().forget();
  expect(await read(inputs)).toBe("running");
  expect(await create(inputs)).toEqual(RUNNING);
  expect(await update({ ...inputs, startSeconds: 21, secretsVersion: 1 })).toEqual(RUNNING);
  expect(fly.writes()).toEqual([]);
});

test("an update is machine by machine: each new one is ready before an old one is drained with SIGTERM", async () => {
  const before = machinesOf(await fly.image("a", "draining"), { machines: 2 });
  await create(before);
  const old = [...fly.containers().running];
  const after = machinesOf(await fly.image("b", "ready"), { machines: 2 });
  let fewest = Infinity;
  const seen: string[] = [];
  const watch = fly.context();
  const context = {
    ...watch,
    progress: (message: string) => {
      fewest = Math.min(fewest, fly.containers().running.length);
      seen.push(message);
    },
  };
  await flyMachines.update(ID, after, { inputs: before, outputs: RUNNING }, context);
  expect(seen).toEqual([
    "starting machine 1 of 2",
    "machine 1 of 2 is ready; the one before it drains, up to 10 s",
    "starting machine 2 of 2",
    "machine 2 of 2 is ready; the one before it drains, up to 10 s",
  ]);
  expect(fewest).toBe(2);
  expect(await fly.answering()).toEqual(["b", "b"]);
  for (const container of old) expect(await container.printed()).toContain("drained a");
  expect(await read(after)).toBe("running");
  expect((await listed(fly)).map(({ config }) => config.image)).toEqual([after.image, after.image]);
});

test.each([
  ["never ready", / was not ready within 1 s: its health check says .*not 200.*its last words: started b/],
  ["dying", / was not ready: it ended with code 3, again and again; its last words: .*cannot go on as b/],
] as const)(
  "a release that is %s is removed, and the one before it never stopped",
  async (becomes, reason) => {
    const good = machinesOf(await fly.image("a", "ready"));
    await create(good);
    const [before] = fly.containers().running;
    const pid = await before?.pid();
    await expect(update(machinesOf(await fly.image("b", becomes), { startSeconds: 1 }))).rejects.toThrow(
      reason,
    );
    await vi.waitFor(async () => expect(fly.containers().running).toHaveLength(1), { timeout: 10_000 });
    expect(await fly.answering()).toEqual(["a"]);
    expect(await before?.pid()).toBe(pid);
    expect(await read(good)).toBe("running");
    expect(await update(good)).toEqual(RUNNING);
  },
);

test("an image that cannot be pulled is told, and nothing is left of it", async () => {
  const inputs = machinesOf(`registry.example/acme/worker@sha256:${"f".repeat(64)}`);
  await expect(create(inputs)).rejects.toThrow(
    new RegExp(`^Fly.io refused to create machine "all-1" of app "${APP}" \\(400: .*could not be pulled`),
  );
  expect(await listed(fly)).toEqual([]);
});

test("more and fewer of them are made and retired", async () => {
  const inputs = machinesOf(await fly.image("a", "ready"));
  await create(inputs);
  const three = { ...inputs, machines: 3 };
  expect(await read(three)).toBe("1 of 3 machines");
  await update(three);
  expect((await listed(fly)).map(({ name }) => name).toSorted()).toEqual(["all-1", "all-2", "all-3"]);
  await update(inputs);
  expect(await fly.answering()).toEqual(["a"]);
});

test.each([
  ["stop", "stopp"],
  ["suspend", "suspend"],
])("what somebody let %s is noticed, and started again", async (order, state) => {
  const inputs = machinesOf(await fly.image("a", "ready"));
  await create(inputs);
  const [machine] = await listed(fly);
  await fly.ask("POST", `/apps/${APP}/machines/${machine?.id}/${order}`);
  expect(await read(inputs)).toContain(`all-1 does not take work: it is ${state}`);
  await vi.waitFor(async () => expect(await read(inputs)).toMatch(/(stopped|suspended)$/), {
    timeout: 10_000,
  });
  expect(await update(inputs)).toEqual(RUNNING);
  expect(await read(inputs)).toBe("running");
  expect((await listed(fly)).map(({ id }) => id)).toEqual([machine?.id]);
});

test("one that somebody took our mark from is not ours any more", async () => {
  const inputs = machinesOf(await fly.image("a", "ready"));
  await create(inputs);
  const [machine] = await listed(fly);
  await fly.ask("DELETE", `/apps/${APP}/machines/${machine?.id}/metadata/oxy_stack`);
  await expect(read(inputs)).rejects.toThrow(/machine "all-1" .* but nobody's that we know/);
});

test("another memory by hand is noticed, and a machine as declared takes its place", async () => {
  const inputs = machinesOf(await fly.image("a", "ready"));
  await create(inputs);
  const [machine] = await listed(fly);
  const config = {
    ...machine?.config,
    init: undefined,
    guest: { cpu_kind: "shared", cpus: 1, memory_mb: 1_024 },
  };
  await fly.ask("POST", `/apps/${APP}/machines/${machine?.id}`, { config });
  expect(await read(inputs)).toBe("all-1 with other settings");
  await update(inputs);
  expect(await read(inputs)).toBe("running");
});

test("what was deleted by hand is gone, and made again", async () => {
  const inputs = machinesOf(await fly.image("a", "ready"));
  await create(inputs);
  const [machine] = await listed(fly);
  await fly.ask("DELETE", `/apps/${APP}/machines/${machine?.id}?force=true`);
  await vi.waitFor(async () => expect(await read(inputs)).toBeUndefined(), { timeout: 5_000 });
  await create(inputs);
  expect(await fly.answering()).toEqual(["a"]);
});

test("a changed secret is a new machine: it has those that there were when it was made", async () => {
  const inputs = machinesOf(await fly.image("a", "ready"), { secrets: { TOKEN: "one" } });
  await create(inputs);
  const [before] = await listed(fly);
  await update({ ...inputs, secrets: { TOKEN: "two" } });
  const [after, ...others] = await listed(fly);
  expect(others).toEqual([]);
  expect(after?.id).not.toBe(before?.id);
});

test("who leases a machine that is to be replaced is told, and until when; nothing was done", async () => {
  await create(machinesOf(await fly.image("a", "ready")));
  const [machine] = await listed(fly);
  await fly.ask("POST", `/apps/${APP}/machines/${machine?.id}/lease`, {
    ttl: 60,
    description: "a colleague",
  });
  fly.emulator().forget();
  await expect(update(machinesOf(await fly.image("b", "ready")))).rejects.toThrow(
    new RegExp(
      `^machine "all-1" of app "${APP}" is leased by somebody@tokens.fly.io until 20\\d\\d-.*Z: nobody else may change it`,
    ),
  );
  expect(fly.writes()).toEqual([`POST /apps/${APP}/machines/${machine?.id}/lease`]);
  expect(await fly.answering()).toEqual(["a"]);
});

test("a lease of ours that an update left when it was cut off is taken over", async () => {
  await create(machinesOf(await fly.image("a", "ready")));
  const [machine] = await listed(fly);
  const description = "oxy stack/main@fly/acme/gru";
  await fly.ask("POST", `/apps/${APP}/machines/${machine?.id}/lease`, { ttl: 600, description });
  await update(machinesOf(await fly.image("b", "ready")));
  expect(await fly.answering()).toEqual(["b"]);
});

test("an update that is stopped leaves what runs, and the next one converges", async () => {
  const before = machinesOf(await fly.image("a", "ready"));
  await create(before);
  const stop = new AbortController();
  const after = machinesOf(await fly.image("b", "never ready"), { startSeconds: 60 });
  const context = fly.context(stop.signal);
  const going = flyMachines.update(ID, after, { inputs: before, outputs: RUNNING }, context);
  const ended = expect(going).rejects.toThrow("stopped");
  await vi.waitFor(async () => expect(await listed(fly)).toHaveLength(2), { timeout: 10_000 });
  stop.abort(new Error("stopped"));
  await ended;
  const next = machinesOf(await fly.image("c", "ready"));
  await update(next);
  expect(await fly.answering()).toEqual(["c"]);
  expect(await read(next)).toBe("running");
});

test("machines of somebody else in the app are not touched", async () => {
  const inputs = machinesOf(await fly.image("a", "ready"));
  await fly.ask("POST", `/apps/${APP}/machines`, { name: "theirs", config: { image: inputs.image } });
  const foreign = /^machine "theirs" of app ".*" at Fly.io exists and is not of fleet main of stack stack/;
  await expect(create(inputs)).rejects.toThrow(foreign);
  const known = { inputs, outputs: RUNNING };
  await expect(flyMachines.delete(ID, known, fly.context())).rejects.toThrow(foreign);
  expect(await listed(fly)).toHaveLength(1);
});

test("deleted, it is drained and gone; and so it is the second time, and without its app", async () => {
  const inputs = machinesOf(await fly.image("a", "draining"), { machines: 2 });
  await create(inputs);
  const containers = [...fly.containers().running];
  const known = { inputs, outputs: RUNNING };
  await flyMachines.delete(ID, known, fly.context());
  for (const container of containers) expect(await container.printed()).toContain("drained a");
  await vi.waitFor(async () => expect(await listed(fly)).toEqual([]), { timeout: 5_000 });
  await flyMachines.delete(ID, known, fly.context());
  await fly.ask("DELETE", `/apps/${APP}?force=true`);
  await flyMachines.delete(ID, known, fly.context());
  expect(await read(inputs)).toBeUndefined();
});

describe("whatever goes wrong with a call,", () => {
  test.each([401, 403, 404, 409, 422, 500])("a %i is told with Fly's own words", async (status) => {
    const inputs = machinesOf(await fly.image("a", "ready"));
    fly
      .emulator()
      .inject(({ method }) =>
        method === "POST" ? { kind: "status", status, message: "because" } : undefined,
      );
    await expect(create(inputs)).rejects.toThrow(new RegExp(`${status}: because`));
    fly.emulator().inject(undefined);
    expect(await create(inputs)).toEqual(RUNNING);
    expect(await fly.answering()).toEqual(["a"]);
  });

  test("what is forbidden is not gone", async () => {
    const inputs = machinesOf(await fly.image("a", "ready"));
    await create(inputs);
    fly.emulator().inject(() => ({ kind: "status", status: 403, message: "no" }));
    await expect(read(inputs)).rejects.toThrow("Fly.io does not allow the holder of FLY_API_TOKEN to list");
  });

  test("a creation that nobody knows the outcome of happens once", async () => {
    const inputs = machinesOf(await fly.image("a", "ready"));
    fly.emulator().inject(faultAt(0, { kind: "cut after" }, ({ method }) => method === "POST"));
    expect(await create(inputs)).toEqual(RUNNING);
    expect(await listed(fly)).toHaveLength(1);
  });

  test.each(["cut before", "cut after"] as const)(
    "%s every call of an update in turn, the next one ends the same and nothing is doubled",
    async (kind) => {
      const releases = [await fly.image("a", "ready"), await fly.image("b", "ready")];
      await create(machinesOf(releases[1] ?? ""));
      let isOver = false;
      for (let call = 0; !isOver; call++) {
        const next = machinesOf(releases[call % 2] ?? "");
        fly.emulator().forget();
        fly.emulator().inject(faultAt(call, { kind }));
        await update(next).catch(() => undefined);
        fly.emulator().inject(undefined);
        isOver = fly.emulator().calls.every(({ status }) => status !== 0);
        await update(next);
        expect(await fly.answering()).toEqual([["a"], ["b"]][call % 2]);
        expect(await listed(fly)).toHaveLength(1);
      }
    },
    240_000,
  );
});
