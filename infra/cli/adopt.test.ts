import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { isWrite } from "../emulators/call.ts";
import { Emulators } from "../emulators/cloud.ts";
import { startRender } from "../emulators/render/emulator.ts";
import { startUpstash } from "../emulators/upstash/emulator.ts";
import { ApiClient } from "../api/client.ts";
import { renderApi } from "../provider/render/api.ts";
import { upstash } from "../provider/upstash/api.ts";
import { Databases, urlOf } from "../provider/upstash/databases.ts";
import { oxy } from "./oxy-fixture.ts";

const SECRET = "sk-key-of-production";
let folder: string;
let emulators: Emulators<"render" | "upstash">;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "adopt-"));
  await mkdir(join(folder, "stacks"));
  await writeFile(join(folder, "Pulumi.yaml"), "name: shop\nstackConfigDir: stacks\n");
  const parts = { home: folder, folder: join(folder, "run") };
  emulators = await Emulators.start({ render: startRender, upstash: startUpstash }, parts);
  for (const [name, value] of Object.entries(emulators.environment)) vi.stubEnv(name, value);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await emulators.close();
  await rm(folder, { recursive: true });
});

/** A database, as somebody makes it in the console. */
async function databaseByHand(): Promise<string> {
  const databases = new Databases(new ApiClient(upstash, emulators.environment));
  const made = await databases.create({
    name: "whatsapp",
    region: "us-west-2",
    plan: "fixed_250mb",
    budget: 0,
  });
  return urlOf(made) ?? "";
}

/** A service, as somebody makes it in the dashboard; its image is nowhere, so that nothing of it runs. */
async function serviceByHand(type: string, name: string, environment: Readonly<Record<string, string>>) {
  const ownerId = "tea-rehearsal";
  const envVars = Object.entries(environment).map(([key, value]) => ({ key, value }));
  const image = { ownerId, imagePath: "ghcr.io/acme/old:latest" };
  const body = { type, name, ownerId, image, envVars, serviceDetails: { runtime: "image" } };
  const render = new ApiClient(renderApi, emulators.environment);
  await render.call({ method: "POST", path: "/services", body, doing: "make it by hand" });
}

async function today(): Promise<void> {
  const environment = { REDIS_URL: await databaseByHand(), OPENAI_API_KEY: SECRET, MODE: "on" };
  await serviceByHand("web_service", "api", environment);
  await serviceByHand("background_worker", "whatsapp", environment);
  for (const api of Object.values(emulators.apis)) api.forget();
}

function adopt(...more: string[]) {
  return oxy("adopt", "render", "-s", "production", "-C", folder, ...more);
}

test("a dry run lists what there is, guesses, shows the config, says what is unwise, and writes nothing anywhere", async () => {
  await today();
  const { code, stdout, stderr } = await adopt("--dry-run");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(
    /srv-\w+ {2}whatsapp {2}background worker {2}oregon {2}starter \(0[.]5c-512mb\) {2}1 /,
  );
  expect(stdout).toContain("      environment: MODE, OPENAI_API_KEY, REDIS_URL\n");
  expect(stdout).toMatch(/whatsapp {2}us-west-2 {2}fixed_250mb {2}off {7}api, whatsapp\n/);
  expect(stdout).toMatch(/store {2}whatsapp \(.*\): a guess, because REDIS_URL of whatsapp points at it\n/);
  expect(stdout).toMatch(/^\+ {6}workerServiceId: srv-\w+\n/m);
  expect(stdout).toContain("and encrypted, with the values that the services have: OPENAI_API_KEY\n");
  expect(stdout).toContain("the services are in oregon, far from Brazil\n");
  expect(stdout).toMatch(/nothing was written: --dry-run\n$/);
  expect(stdout).not.toContain(SECRET);
  expect(await readdir(join(folder, "stacks"))).toEqual([]);
  expect(Object.values(emulators.apis).flatMap(({ calls }) => calls.filter(isWrite))).toEqual([]);
});

test("a program is told the same, and of settings only the names", async () => {
  await today();
  const { stdout } = await adopt("--dry-run", "--json");
  const result = JSON.parse(stdout) as Readonly<Record<string, unknown>>;
  expect(result).toMatchObject({
    kind: "result",
    stack: "production",
    written: false,
    services: [
      { name: "api", type: "web_service", environment: ["MODE", "OPENAI_API_KEY", "REDIS_URL"] },
      { name: "whatsapp", image: "ghcr.io/acme/old:latest", autoDeploy: true },
    ],
    databases: [{ name: "whatsapp", plan: "fixed_250mb", eviction: false, usedBy: ["api", "whatsapp"] }],
    selection: { worker: { name: "whatsapp", guess: "it is the only background worker" } },
    secrets: ["OPENAI_API_KEY"],
  });
  expect(stdout).not.toContain(SECRET);
});

test("where several could be meant, somebody has to say which", async () => {
  await today();
  await serviceByHand("background_worker", "campaigns", { REDIS_URL: "redis://elsewhere:6379" });
  const { code, stdout, stderr } = await adopt("--yes");
  expect(code).toBe(2);
  expect(stderr).toMatch(
    /^oxy: --worker: expected the id of a background worker, because there are several \(campaigns srv-\w+, whatsapp srv-\w+\), got nothing\n/,
  );
  const id = /whatsapp (srv-\w+)/.exec(stderr)?.[1] ?? "";
  expect(stdout).toContain(id);
  expect((await adopt("--dry-run", "--worker", id)).code).toBe(0);
});

test("without credentials of Upstash the services are listed, and the variables are named", async () => {
  await today();
  vi.stubEnv("UPSTASH_API_KEY", "");
  const { code, stdout, stderr } = await adopt("--dry-run");
  expect(code).toBe(2);
  expect(stdout).toContain(
    "databases at Upstash: not asked, UPSTASH_EMAIL and UPSTASH_API_KEY are not set\n",
  );
  expect(stderr).toMatch(
    /^oxy: UPSTASH_EMAIL and UPSTASH_API_KEY: expected the credentials of Upstash's API/,
  );
});

test.each([
  [
    "no key",
    { RENDER_API_KEY: "" },
    /^oxy: RENDER_API_KEY: expected the credentials of Render's API, got nothing;/,
  ],
  ["a key that Render does not know", { RENDER_API_KEY: "rnd_other" }, /^oxy: RENDER_API_KEY: .*Render/],
])("%s is a sentence with the variable's name", async (_what, environment, sentence) => {
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  const { code, stderr } = await adopt("--dry-run");
  expect(code).toBe(1);
  expect(stderr).toMatch(sentence);
  expect(stderr).not.toContain("rnd_other");
});

test("nothing is written when nobody is there to confirm, and a fleet needs a name", async () => {
  await today();
  expect(await adopt()).toMatchObject({
    code: 2,
    stderr: "oxy: --yes: expected it, because nobody is there to confirm\n",
  });
  expect(await readdir(join(folder, "stacks"))).toEqual([]);
  expect(await adopt("--fleet", "Main")).toMatchObject({
    code: 2,
    stderr:
      "oxy: --fleet: expected a name of a-z, 0-9 and '-' that starts with a letter, at most 30, got Main\n",
  });
});
