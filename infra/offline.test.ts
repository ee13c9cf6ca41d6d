import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { toyApi } from "./emulators/toy-fixture.ts";
import { homeDirectory, projectHome } from "./home.ts";
import { awsAt, exportsFor, offlineEnvironment } from "./offline.ts";

const emulators = {
  pid: 2,
  startToken: "",
  desk: "http://127.0.0.1:1",
  apis: {},
  environment: { TOY_URL: "http://127.0.0.1:2", TOY_TOKEN: "token-of-the-toy" },
};
const noAws = {
  ...awsAt("http://no-emulator-runs.invalid"),
  AWS_ACCESS_KEY_ID: "offline",
  AWS_SECRET_ACCESS_KEY: "offline",
};
const moon = { ...toyApi, title: "Moon", urlVariable: "MOON_URL", variables: ["MOON_ID", "MOON_KEY"] };

test("an API that is emulated is called there, any other one nowhere and with nobody's credentials", () => {
  expect(offlineEnvironment([toyApi, moon], emulators)).toEqual({
    ...noAws,
    ...emulators.environment,
    MOON_URL: "http://no-emulator-runs.invalid",
    MOON_ID: "offline",
    MOON_KEY: "offline",
    OXY_OFFLINE: "1",
  });
  expect(offlineEnvironment([toyApi], undefined)).toEqual({
    ...noAws,
    TOY_URL: "http://no-emulator-runs.invalid",
    TOY_TOKEN: "offline",
    OXY_OFFLINE: "1",
  });
});

test("AWS, which nobody here calls by an API of ours, is called where it is emulated or nowhere", async () => {
  const environment = offlineEnvironment([], undefined);
  expect(environment).toMatchObject({
    AWS_ENDPOINT_URL: "http://no-emulator-runs.invalid",
    AWS_ENDPOINT_URL_STS: "http://no-emulator-runs.invalid",
    AWS_CONFIG_FILE: "/dev/null",
    AWS_PROFILE: "",
    AWS_EC2_METADATA_DISABLED: "true",
  });
  expect(environment).not.toHaveProperty("PULUMI_DEBUG_PROVIDERS");
  const there = { ...awsAt("http://127.0.0.1:3"), PULUMI_DEBUG_PROVIDERS: "aws:4" };
  expect(offlineEnvironment([], { ...emulators, environment: there })).toMatchObject(there);
});

test("not even the SDK of AWS finds an account then", async () => {
  const home = await mkdtemp(join(tmpdir(), "aws-account-"));
  const keys = "aws_access_key_id = AKIAREAL\naws_secret_access_key = real\n";
  await writeFile(join(home, "config"), "[profile real]\nregion = us-east-1\n");
  await writeFile(join(home, "credentials"), `[default]\n${keys}[real]\n${keys}`);
  const real = {
    AWS_PROFILE: "real",
    AWS_CONFIG_FILE: join(home, "config"),
    AWS_SHARED_CREDENTIALS_FILE: join(home, "credentials"),
    AWS_SESSION_TOKEN: "of-the-account",
    AWS_ENDPOINT_URL_STS: "http://127.0.0.1:9",
  };
  // Of a process of its own: the SDK reads its files once.
  const ask = `import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
    const client = new STSClient({ region: "sa-east-1", maxAttempts: 1 });
    const { accessKeyId, sessionToken } = await client.config.credentials();
    const failed = await client.send(new GetCallerIdentityCommand({})).catch(({ message }) => message);
    console.log(JSON.stringify({ accessKeyId, sessionToken, failed }));`;
  const found = (environment: Readonly<Record<string, string>>): unknown =>
    JSON.parse(
      execFileSync(process.execPath, ["--input-type=module", "-e", ask], {
        cwd: import.meta.dirname,
        encoding: "utf8",
        env: { ...real, ...environment },
      }),
    );
  expect(found(offlineEnvironment([], undefined))).toEqual({
    accessKeyId: "offline",
    failed: expect.stringContaining("no-emulator-runs.invalid") as string,
  });
  // Otherwise it would have.
  expect(found({})).toMatchObject({
    accessKeyId: "AKIAREAL",
    failed: expect.stringContaining("127.0.0.1:9") as string,
  });
  await rm(home, { recursive: true });
});

test("what a rehearsal makes is apart from what is real", () => {
  const environment = { OXY_HOME: "/srv/oxy", OXY_OFFLINE: "1" };
  expect(homeDirectory(environment)).toBe("/srv/oxy/offline");
  expect(projectHome(environment)).toBe("/srv/oxy");
  expect(homeDirectory({ ...environment, OXY_OFFLINE: "" })).toBe("/srv/oxy");
});

test("a shell takes the environment as it is meant", () => {
  const lines = exportsFor("/it's $HOME", { TOY_TOKEN: "a 'b' \"$(c)\"" });
  const print = `${lines}printf '%s|' "$TOY_TOKEN" "$OXY_HOME" "$OXY_OFFLINE" "$PULUMI_BACKEND_URL"`;
  expect(execFileSync("sh", ["-c", print], { encoding: "utf8", env: {} })).toBe(
    "a 'b' \"$(c)\"|/it's $HOME|1|file:///it's%20$HOME/offline/state?create_dir=true&metadata=skip|",
  );
});
