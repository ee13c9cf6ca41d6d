import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, test, vi } from "vitest";
import { noteEmulators } from "../emulators/running.ts";
import type { Project, StackFile } from "./project.ts";
import { rehearse } from "./rehearse.ts";

const project = { name: "oxy-workers" } as Project;
const LOCAL = { "oxy-workers:store": "local", "oxy-workers:fleets": { main: { host: "local" } } };
const BEHIND = { ...LOCAL, "oxy-workers:store": { kind: "upstash" } };

let home: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "rehearse-"));
  vi.stubEnv("OXY_HOME", home);
  // Restored with the others.
  for (const name of ["OXY_OFFLINE", "UPSTASH_API_URL", "UPSTASH_EMAIL", "UPSTASH_API_KEY"])
    vi.stubEnv(name, "of-the-account");
  return async () => {
    vi.unstubAllEnvs();
    await rm(home, { recursive: true });
  };
});

async function running(title: string): Promise<void> {
  const environment = { UPSTASH_API_URL: "http://127.0.0.1:2", UPSTASH_API_KEY: "of the emulator" };
  const apis = { any: { title, url: "http://127.0.0.1:2" } };
  await noteEmulators(home, { desk: "http://127.0.0.1:1", apis, environment });
}

function stack(config: StackFile["config"]) {
  return { file: config === undefined ? {} : { config }, project };
}

test("what runs on this machine needs no emulator, and still reaches no account", async () => {
  expect(await rehearse("trial", stack(LOCAL))).toBe("offline: a rehearsal of stack trial");
  expect(process.env).toMatchObject({
    OXY_OFFLINE: "1",
    UPSTASH_API_URL: "http://no-emulator-runs.invalid",
    UPSTASH_API_KEY: "offline",
  });
});

test.each([BEHIND, { ...LOCAL, "oxy-workers:store": "upstash" }])(
  "what is behind an API is deployed to its emulator: %j",
  async (config) => {
    await running("Upstash");
    expect(await rehearse("trial", stack(config))).toBe(
      "offline: a rehearsal of stack trial with Upstash emulated (desk http://127.0.0.1:1)",
    );
    expect(process.env).toMatchObject({
      UPSTASH_API_URL: "http://127.0.0.1:2",
      UPSTASH_API_KEY: "of the emulator",
    });
  },
);

test.each([
  ["none", async () => {}],
  ["only Moon", () => running("Moon")],
])("without that, it is refused with what to do: got %s", async (got, begin) => {
  await begin();
  await expect(rehearse("trial", stack(BEHIND))).rejects.toMatchObject({
    exitCode: 2,
    message:
      `--offline: expected running emulators of Upstash, which stack trial is on, got ${got}: ` +
      "start them with npm run emulators, in another terminal",
  });
  expect(process.env["UPSTASH_API_URL"]).toBe("of-the-account");
});

test.each([undefined, {}, { "oxy-workers:fleets": null }, { "oxy-workers:fleets": { main: "moon" } }])(
  "what is wrong with a config is left to the deployment: %j",
  async (config) => {
    expect(await rehearse("trial", stack(config))).toBe("offline: a rehearsal of stack trial");
  },
);
