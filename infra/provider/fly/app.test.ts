import { expect, test } from "vitest";
import type { Fault } from "../../emulators/faults.ts";
import { faultAt } from "../../emulators/faults.ts";
import { flyApp } from "./app.ts";
import { APP, appInputs, PLACE, useFly } from "./fly-fixture.ts";
import { appNameOf } from "./app-place.ts";

const TAKEN = appNameOf({ ...PLACE, fleet: "taken" });
const fly = useFly({ others: [TAKEN] });
const ID = "stack/main@fly/acme/gru";

type Inputs = ReturnType<typeof appInputs>;
type Outputs = Awaited<ReturnType<typeof create>>;

async function create(inputs: Inputs) {
  return await flyApp.create(ID, inputs, fly.context());
}

async function update(inputs: Inputs, from: Inputs, outputs: Outputs) {
  return await flyApp.update(ID, inputs, { inputs: from, outputs }, fly.context());
}

async function read(inputs: Inputs, outputs: Outputs) {
  return (await flyApp.read(ID, { inputs, outputs }, fly.context()))?.outputs;
}

test("it is there with its secrets and addresses, and nothing is written for it again", async () => {
  const inputs = appInputs({ isPublic: true });
  expect(flyApp.identify(inputs)).toBe(ID);
  const outputs = await create(inputs);
  expect(outputs).toEqual({
    name: APP,
    url: `https://${APP}.fly.dev`,
    digests: { TOKEN: expect.stringMatching(/^[0-9a-f]+$/) as string },
    secretsVersion: 1,
    condition: "as declared",
  });
  expect(fly.writes()).toEqual([
    "POST /apps",
    `POST /apps/${APP}/ip_assignments`,
    `POST /apps/${APP}/ip_assignments`,
    `POST /apps/${APP}/secrets`,
  ]);
  fly.emulator().forget();
  expect(await read(inputs, outputs)).toEqual(outputs);
  expect(await update(inputs, inputs, outputs)).toEqual(outputs);
  expect(fly.writes()).toEqual([]);
});

test("only secrets that changed are set, and those that are not declared any more are deleted", async () => {
  const before = appInputs({ secrets: { ONE: "1", TWO: "2", THREE: "3" } });
  const outputs = await create(before);
  fly.emulator().forget();
  const after = appInputs({ secrets: { ONE: "1", TWO: "two" } });
  const changed = await update(after, before, outputs);
  expect(fly.writes()).toEqual([`DELETE /apps/${APP}/secrets/THREE`, `POST /apps/${APP}/secrets`]);
  expect(fly.emulator().calls.at(-1)?.body).toEqual({ values: { TWO: "two" } });
  expect(changed.digests["ONE"]).toBe(outputs.digests["ONE"]);
  expect(changed.digests["TWO"]).not.toBe(outputs.digests["TWO"]);
  expect(Object.keys(changed.digests)).toEqual(["ONE", "TWO"]);
  expect(changed.secretsVersion).toBeGreaterThan(outputs.secretsVersion);
});

test.each<[string, () => Promise<unknown>, string]>([
  [
    "set otherwise",
    () => fly.ask("POST", `/apps/${APP}/secrets`, { values: { TOKEN: "another" } }),
    "TOKEN not as they were set",
  ],
  ["deleted", () => fly.ask("DELETE", `/apps/${APP}/secrets/TOKEN`), "TOKEN not as they were set"],
  [
    "added",
    () => fly.ask("POST", `/apps/${APP}/secrets`, { values: { MORE: "more" } }),
    "MORE set by somebody else",
  ],
])("a secret that was %s by hand is noticed, and mended", async (_what, change, condition) => {
  const inputs = appInputs();
  const outputs = await create(inputs);
  await change();
  const seen = await read(inputs, outputs);
  expect(seen?.condition).toBe(condition);
  expect(flyApp.drift?.(seen ?? outputs)).toEqual(["condition"]);
  const mended = await update(inputs, inputs, seen ?? outputs);
  expect(await read(inputs, mended)).toEqual(mended);
  expect(mended.digests).toEqual(outputs.digests);
});

test("addresses come and go with whether it is public", async () => {
  const outputs = await create(appInputs());
  const open = await update(appInputs({ isPublic: true }), appInputs(), outputs);
  expect(open.url).toBe(`https://${APP}.fly.dev`);
  expect((await read(appInputs(), open))?.condition).toBe("with an address of the internet");
  const closed = await update(appInputs(), appInputs({ isPublic: true }), open);
  expect(closed.url).toBe("");
  expect((await read(appInputs({ isPublic: true }), closed))?.condition).toBe("without an address");
});

test("a name that somebody else has at Fly is told, and is neither ours nor touched", async () => {
  const inputs = appInputs({ fleet: "taken" });
  const refused = expect(create(inputs)).rejects;
  await refused.toThrow(
    `Fly.io does not allow the holder of FLY_API_TOKEN to look at app "${TAKEN}" (403: unauthorized); names of apps are global at Fly.io: if it is not yours, name the fleet otherwise`,
  );
  expect(fly.writes()).toEqual([]);
});

test("one of our name in another organization is not ours", async () => {
  await fly.ask("POST", "/apps", { name: APP, org_slug: "other" });
  await expect(create(appInputs())).rejects.toThrow(
    `app "${APP}" exists at Fly.io in organization other, not in acme`,
  );
});

test("one with machines of somebody else is neither adopted nor deleted", async () => {
  await fly.ask("POST", "/apps", { name: APP, org_slug: "acme" });
  const config = { image: await fly.image("a", "ready") };
  await fly.ask("POST", `/apps/${APP}/machines`, { name: "theirs", config });
  const foreign = /^machine "theirs" of app ".*" at Fly.io exists and is not of fleet main of stack stack/;
  fly.emulator().forget();
  await expect(create(appInputs())).rejects.toThrow(foreign);
  const known = { inputs: appInputs(), outputs: {} as Outputs };
  await expect(flyApp.delete(ID, known, fly.context())).rejects.toThrow(foreign);
  expect(fly.writes()).toEqual([]);
});

test.each<Fault>([{ kind: "cut before" }, { kind: "cut after" }, { kind: "status", status: 503 }])(
  "after $kind at each call of its creation in turn, the next one completes it and nothing is doubled",
  async (fault) => {
    const inputs = appInputs({ isPublic: true });
    for (let call = 0; ; call++) {
      fly.emulator().forget();
      fly.emulator().inject(faultAt(call, fault));
      await create(inputs).catch(() => undefined);
      fly.emulator().inject(undefined);
      const isOver = fly.emulator().calls.every(({ status }) => status !== 0 && status !== 503);
      const outputs = await create(inputs);
      expect(await read(inputs, outputs)).toEqual(outputs);
      const { body } = await fly.ask("GET", `/apps/${APP}/ip_assignments`);
      expect((body as { ips: object[] }).ips).toHaveLength(2);
      await flyApp.delete(ID, { inputs, outputs }, fly.context());
      if (isOver) break;
    }
  },
  120_000,
);

test("what a failed creation left is known by its inputs alone, and is completed by an update", async () => {
  const inputs = appInputs();
  await fly.ask("POST", "/apps", { name: APP, org_slug: "acme" });
  const left = await flyApp.read(ID, { inputs, outputs: {} as Outputs }, fly.context());
  expect(left?.outputs.condition).toBe("TOKEN not as they were set");
  const outputs = await update(inputs, inputs, left?.outputs as Outputs);
  expect(await read(inputs, outputs)).toEqual(outputs);
});

test("deleted by hand, it is gone and made again; deleted twice is deleted", async () => {
  const inputs = appInputs();
  const outputs = await create(inputs);
  const known = { inputs, outputs };
  await flyApp.delete(ID, known, fly.context());
  await flyApp.delete(ID, known, fly.context());
  expect(await read(inputs, outputs)).toBeUndefined();
  expect(await read(inputs, await update(inputs, inputs, outputs))).toMatchObject({
    condition: "as declared",
  });
});

test.each([401, 402, 403, 409, 422, 429, 500])(
  "a %i is told, with the app and without a secret",
  async (status) => {
    fly
      .emulator()
      .inject(({ path }) =>
        path.endsWith("/secrets")
          ? { kind: "status", status, message: "because", retryAfterSeconds: 0 }
          : undefined,
      );
    const told = await create(appInputs()).then(String, (error: Error) => error.message);
    expect(told).toMatch(new RegExp(`${APP}.*${status}: because`));
    expect(told).not.toContain("token-of-the-test");
  },
  60_000,
);
