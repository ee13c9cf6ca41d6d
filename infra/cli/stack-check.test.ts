import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { projectDirectory } from "../home.ts";
import { apis } from "../provider/apis.ts";
import { openProject } from "./project.ts";
import { stackState } from "./stack-check.ts";

const TOKENS = { UPSTASH_EMAIL: "ana@example.com", UPSTASH_API_KEY: "key" };
const SECRETS = "  oxy-workers:secrets: { OPENAI_API_KEY: { secure: v1:abc } }\n";
const FLEETS = "  oxy-workers:fleets: { main: { host: local } }\n";
const LOCAL = `  oxy-workers:image: ./worker\n  oxy-workers:store: local\n${FLEETS}`;

beforeEach(() => {
  vi.stubEnv("PULUMI_BACKEND_URL", undefined);
  vi.stubEnv("OXY_HOME", "/nowhere");
  return () => vi.unstubAllEnvs();
});

async function state(config: string, settings: Readonly<Record<string, string>> = {}) {
  const folder = await mkdtemp(join(tmpdir(), "oxy-check-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, "stacks"));
  await copyFile(join(projectDirectory, "Pulumi.yaml"), join(folder, "Pulumi.yaml"));
  await writeFile(join(folder, "stacks/Pulumi.trial.yaml"), config === "" ? "" : `config:\n${config}`);
  return await stackState("trial", await openProject(folder), apis, settings);
}

test("a stack that could be previewed says what it is, though nobody can read its secrets", async () => {
  expect(await state(LOCAL + SECRETS)).toEqual({
    fine: true,
    found: "store local, fleet main on local/local (small)",
    apis: [],
  });
});

test("secrets that are encrypted are fine, whatever they are", async () => {
  const keys = "OXY_ENCRYPTION_KEYS: { secure: v1:abc }";
  expect(await state(LOCAL + SECRETS.replace("{ OPENAI", `{ ${keys}, OPENAI`))).toMatchObject({ fine: true });
});

test.each([
  ["", "image: expected ./folder"],
  [LOCAL, "secrets.OPENAI_API_KEY: expected a key"],
  [`${LOCAL}  oxy-workers:secrets: { OPENAI_API_KEY: sk-in-clear }\n`, "secrets: expected encrypted values"],
  [LOCAL.replace("store: local", "store: memcached") + SECRETS, "store: expected"],
  [
    LOCAL.replace("./worker", `sha256:${"0".repeat(64)}`) + SECRETS,
    "image: expected one that this machine keeps",
  ],
  [
    LOCAL.replace("./worker", `ghcr.io/acme/oxy-worker@sha256:${"0".repeat(64)}`) + SECRETS,
    "image: expected ./worker or the digest of a bundle on this machine",
  ],
  ["- a list\n", ""],
])("the first problem of %j is said in a sentence", async (config, expected) => {
  const { fine, found } = await state(config);
  expect(fine).toBe(false);
  expect(found).toContain(expected);
  expect(found).not.toContain("\n");
  expect(found).not.toContain("sk-in-clear");
});

test("production wants a state that outlives this machine", async () => {
  const production = LOCAL.replace("./worker", `sha256:${"0".repeat(64)}`);
  const home = await mkdtemp(join(tmpdir(), "oxy-check-"));
  onTestFinished(() => rm(home, { recursive: true }));
  await mkdir(join(home, "images", "0".repeat(64)), { recursive: true });
  vi.stubEnv("OXY_HOME", home);
  const config = `${production}${SECRETS}  oxy-workers:production: true\n`;
  expect((await state(config)).found).toMatch(/^stack trial is production: expected PULUMI_BACKEND_URL/);
  vi.stubEnv("PULUMI_BACKEND_URL", "s3://state");
  expect(await state(config)).toMatchObject({ fine: true });
});

test("a stack behind an API needs its token, in the environment or in its config", async () => {
  const config = LOCAL.replace("store: local", "store: upstash") + SECRETS;
  expect(await state(config)).toMatchObject({
    fine: false,
    found: expect.stringMatching(/^UPSTASH_EMAIL: expected the credentials of Upstash's API, got nothing/),
    apis: ["Upstash"],
  });
  expect(await state(config, TOKENS)).toMatchObject({
    fine: true,
    found: expect.stringMatching(/^store upstash, fleet main on local/),
  });
  expect(await state(`${config}  oxy:credentials: { secure: v1:abc }\n`)).toMatchObject({ fine: true });
});
