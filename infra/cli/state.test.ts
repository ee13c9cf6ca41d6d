import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { passphraseEnvironment, refuseLaptopState, rehearsalLocation, stateLocation } from "./state.ts";

const HERE = {
  url: "file://./.oxy/state?create_dir=true&metadata=skip",
  shown: "file://./.oxy/state",
  onThisMachine: true,
  from: "Pulumi.yaml",
} as const;
const SHARED = {
  url: "s3://state?region=eu-west-1",
  shown: "s3://state",
  onThisMachine: false,
  from: "Pulumi.yaml",
} as const;

beforeEach(() => {
  for (const key of ["PULUMI_BACKEND_URL", "PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"])
    vi.stubEnv(key, undefined);
  return () => vi.unstubAllEnvs();
});

test("Pulumi.yaml says where the state lives, unless the environment does", () => {
  expect(stateLocation(HERE.url)).toEqual(HERE);
  vi.stubEnv("PULUMI_BACKEND_URL", SHARED.url);
  expect(stateLocation(HERE.url)).toEqual({ ...SHARED, from: "PULUMI_BACKEND_URL" });
  vi.stubEnv("PULUMI_BACKEND_URL", "");
  expect(stateLocation(HERE.url)).toEqual(HERE);
});

test("a state in files is kept without attributes, which a killed engine leaves half written", () => {
  expect(stateLocation("file:///srv/state").url).toBe("file:///srv/state?metadata=skip");
  expect(stateLocation("file:///srv/state?create_dir=true").url).toBe(
    "file:///srv/state?create_dir=true&metadata=skip",
  );
  expect(stateLocation("file:///srv/state?metadata=").url).toBe("file:///srv/state?metadata=");
});

test("where nobody says it, it is asked for", () => {
  expect(() => stateLocation(undefined)).toThrow(
    "Pulumi.yaml: expected backend.url, which says where the state lives, got nothing",
  );
});

test("production wants a state that outlives this machine", () => {
  expect(() => refuseLaptopState("prod", HERE)).toThrow(
    /^stack prod is production: expected PULUMI_BACKEND_URL/,
  );
  expect(() => refuseLaptopState("prod", SHARED)).not.toThrow();
});

test("state of this machine gets a passphrase once, for its user alone, whoever begins first", async () => {
  const home = await temporaryHome();
  const given = await Promise.all([1, 2, 3].map(() => passphraseEnvironment(HERE, {})));
  const file = join(home, "passphrase");
  for (const environment of given) expect(environment).toEqual({ PULUMI_CONFIG_PASSPHRASE_FILE: file });
  const passphrase = await readFile(file, "utf8");
  expect(passphrase).toMatch(/^[\w-]{43}\n$/);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readdir(home)).toEqual(["passphrase"]);
  await passphraseEnvironment(HERE, { encryptionsalt: "v1:…" });
  expect(await readFile(file, "utf8")).toBe(passphrase);
});

test("a rehearsal has a state of its own, whatever is said, and the passphrase of the project", async () => {
  const home = await temporaryHome();
  vi.stubEnv("PULUMI_BACKEND_URL", SHARED.url);
  vi.stubEnv("OXY_OFFLINE", "1");
  const state = rehearsalLocation();
  expect(state).toEqual({
    url: `file://${home}/offline/state?create_dir=true&metadata=skip`,
    shown: `file://${home}/offline/state`,
    onThisMachine: true,
    from: "--offline",
  });
  expect(await passphraseEnvironment(state, {})).toEqual({
    PULUMI_CONFIG_PASSPHRASE_FILE: join(home, "passphrase"),
  });
});

test("none is made for a shared state, nor where secrets are encrypted with another one already", async () => {
  const home = await temporaryHome();
  const refusal = "PULUMI_CONFIG_PASSPHRASE: expected the passphrase of this stack's secrets, got nothing";
  await expect(passphraseEnvironment(SHARED, {})).rejects.toThrow(refusal);
  await expect(passphraseEnvironment(HERE, { encryptionsalt: "v1:…" })).rejects.toThrow(refusal);
  expect(await readdir(home)).toEqual([]);
});

test("none is needed where a service keeps the key, or the environment has one", async () => {
  const home = await temporaryHome();
  const managed = { secretsprovider: "awskms://alias/oxy" };
  expect(await passphraseEnvironment(SHARED, managed)).toEqual({});
  const cloud = { ...SHARED, url: "https://api.pulumi.com" };
  expect(await passphraseEnvironment(cloud, {})).toEqual({});
  vi.stubEnv("PULUMI_CONFIG_PASSPHRASE", "");
  expect(await passphraseEnvironment(SHARED, {})).toEqual({});
  expect(await readdir(home)).toEqual([]);
});

async function temporaryHome(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), "oxy-home-"));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  vi.stubEnv("OXY_HOME", home);
  return home;
}
