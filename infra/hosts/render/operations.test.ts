import { beforeEach, expect, test, vi } from "vitest";
import { useRender } from "../../emulators/render/render-fixture.ts";
import { service } from "../../provider/render/service.ts";
import type { ServiceInputs } from "../../provider/render/service-inputs.ts";
import { operations } from "./operations.ts";
import type { RenderFleetPlan } from "./plan.ts";

const render = useRender();
beforeEach(() => {
  for (const [name, value] of Object.entries(render().emulator.environment)) vi.stubEnv(name, value);
});

const ticking = `let ticks = 0; setInterval(() => console.log("tick " + ++ticks), 300);`;

async function deployed(start = ticking): Promise<{ inputs: ServiceInputs; plan: RenderFleetPlan }> {
  const image = await render().image("a", { start });
  const environment = { OXY_NAMESPACE: "trial", OXY_FLEET: "main" };
  const inputs: ServiceInputs = {
    stack: "trial",
    fleet: "main",
    name: "all",
    workspace: "",
    type: "web_service",
    region: "oregon",
    plan: "starter",
    image,
    registryCredential: "",
    environment,
    instances: 1,
    graceSeconds: 5,
  };
  await service.create("any", inputs, render().context());
  const process = {
    name: "all",
    role: "all",
    environment,
    isPublic: true,
    copies: { least: 1, most: 1 },
    type: "web_service",
    instances: 1,
  } as const;
  const more = {
    workspace: "",
    registryCredential: "",
    drainSeconds: 1,
    graceSeconds: 5,
    network: "internet",
  } as const;
  const plan = {
    name: "main",
    host: "render",
    region: "oregon",
    size: "starter",
    share: 100,
    image,
    ...more,
  } as const;
  return { inputs, plan: { ...plan, processes: [process] } };
}

test("what runs is told, with its image, its address and since when", async () => {
  const { plan } = await deployed();
  expect(await operations.status(plan, "trial")).toEqual([
    {
      name: "all",
      condition: "running",
      image: plan.image,
      since: expect.stringMatching(/^\d{4}-/),
      urls: { http: expect.stringMatching(/^http:/) },
    },
  ]);
});

test("what does not is told too", async () => {
  const { inputs, plan } = await deployed();
  const bad = { ...inputs, image: await render().image("b", { start: "process.exit(1);" }) };
  const outputs = { condition: "live", remoteId: "srv-none", url: "" };
  await expect(service.update("any", bad, { inputs, outputs }, render().context())).rejects.toThrow(
    /update_failed/,
  );
  expect(await operations.status(plan, "trial")).toMatchObject([
    { condition: "running; the deploy after it: update failed", image: plan.image },
  ]);
  expect(await operations.status(plan, "another")).toEqual([
    { name: "all", condition: "not there", image: plan.image },
  ]);
});

test("the last lines are shown, each once, and what comes after them", async () => {
  const { plan } = await deployed();
  const stop = new AbortController();
  const seen: string[] = [];
  for await (const { process, text } of operations.logs(plan, "trial", {
    lines: 1,
    follow: true,
    signal: stop.signal,
  })) {
    expect(process).toBe("all");
    seen.push(text);
    if (seen.length === 4) stop.abort();
  }
  expect(seen).toHaveLength(4);
  const numbers = seen.slice(1).map((text) => Number(/^tick (\d+)$/.exec(text)?.[1]));
  expect(numbers).toEqual([0, 1, 2].map((step) => (numbers[0] ?? 0) + step));
});

test("without following, the log ends", async () => {
  const { plan } = await deployed("");
  const seen: string[] = [];
  const signal = AbortSignal.timeout(60_000);
  for await (const { text } of operations.logs(plan, "trial", { lines: 5, follow: false, signal }))
    seen.push(text);
  expect(seen).toEqual(["starting a"]);
});

test("a key that Render does not know is named", async () => {
  const { plan } = await deployed("");
  vi.stubEnv("RENDER_API_KEY", "another");
  await expect(operations.status(plan, "trial")).rejects.toThrow(
    /^RENDER_API_KEY: Render does not accept it/,
  );
});
