import { expect, test, vi } from "vitest";
import { isWrite } from "../../emulators/call.ts";
import { flyApp } from "./app.ts";
import { loadFlyDescription } from "./description-fixture.ts";
import { APP, appInputs, listed, machinesOf, useFly } from "./fly-fixture.ts";
import { flyMachines } from "./machines.ts";

const check = loadFlyDescription();
if (check === undefined) console.info("Fly's API: no description is here to check requests against");
const fly = useFly();

test.skipIf(check === undefined)(
  "every request is as the API's description has it",
  async () => {
    const image = await fly.image("a", "ready");
    const context = fly.context();
    const open = appInputs({ isPublic: true });
    const app = { inputs: open, outputs: await flyApp.create("", open, context) };
    await flyApp.read("", app, context);
    const closed = appInputs({ secrets: {} });
    const outputs = { inputs: closed, outputs: await flyApp.update("", closed, app, context) };

    const one = machinesOf(image, {
      volumeGb: 1,
      isPublic: true,
      port: 8_080,
      environment: { PORT: "8080" },
      secretsVersion: 1,
    });
    await flyMachines.create("", one, context);
    const [machine] = await listed(fly);
    await fly.ask("POST", `/apps/${APP}/machines/${machine?.id}/stop`);
    await vi.waitFor(async () => expect(await listed(fly)).toMatchObject([{ state: "stopped" }]), 10_000);
    const running = { inputs: one, outputs: { condition: "running" } };
    await flyMachines.update("", one, running, context);
    const [again] = await listed(fly);
    await fly.ask("POST", `/apps/${APP}/machines/${again?.id}/lease`, {
      ttl: 600,
      description: "oxy stack/main@fly/acme/gru",
    });
    const two = machinesOf(image, { machines: 2 });
    await flyMachines.update("", two, running, context);
    const broken = machinesOf(await fly.image("b", "dying"));
    await expect(flyMachines.update("", broken, { ...running, inputs: two }, context)).rejects.toThrow(
      "again and again",
    );
    await flyMachines.delete("", { ...running, inputs: two }, context);
    await flyApp.delete("", outputs, context);

    const { calls } = fly.emulator();
    expect(calls.length).toBeGreaterThan(30);
    // What `fly logs` reads is in no description.
    const described = calls.filter(({ path }) => !path.startsWith("/api/v1/"));
    expect(described.flatMap((call) => check?.(call) ?? [])).toEqual([]);
    const kinds = new Set(described.filter(isWrite).map(({ method, route }) => `${method} ${route}`));
    expect([...kinds].toSorted()).toEqual([
      "DELETE /apps/:app",
      "DELETE /apps/:app/ip_assignments/:ip",
      "DELETE /apps/:app/machines/:id",
      "DELETE /apps/:app/machines/:id/lease",
      "DELETE /apps/:app/secrets/:secret",
      "DELETE /apps/:app/volumes/:id",
      "POST /apps",
      "POST /apps/:app/ip_assignments",
      "POST /apps/:app/machines",
      "POST /apps/:app/machines/:id/lease",
      "POST /apps/:app/machines/:id/start",
      "POST /apps/:app/machines/:id/stop",
      "POST /apps/:app/secrets",
      "POST /apps/:app/volumes",
    ]);
  },
  60_000,
);

test.skipIf(check === undefined).each<[string, string, unknown, RegExp]>([
  ["POST", `/apps/${APP}/machines`, { config: { image: 1 } }, /body\/config\/image must be string/],
  ["POST", `/apps/${APP}/machines`, { config: { colour: "red" } }, /body\/config must NOT have .*colour/],
  ["POST", `/apps/${APP}/volumes`, { name: "oxy_all", size: 1 }, /body must NOT have .*size/],
  [
    "POST",
    `/apps/${APP}/machines`,
    { config: { mounts: [{ id: "vol_1" }] } },
    /mounts\/0 must NOT have .*id/,
  ],
  ["POST", "/apps", { app_name: "old" }, /body must NOT have .*app_name/],
  ["POST", "/apps/one/unknown", {}, /is not in the description/],
])("a request that is not so is found out: %s %s %j", (method, path, body, problem) => {
  const call = { api: "Fly.io", method, path, route: undefined, query: {}, body, status: 200 };
  expect(check?.(call).join("\n")).toMatch(problem);
});
