import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { answeringAws, Refusal, withoutCredentials } from "./endpoint-fixture.ts";
import { introduce } from "./identity.ts";

const ANA = { Account: "111122223333", Arn: "arn:aws:iam::111122223333:user/ana" };
const identity = { account: ANA.Account, arn: ANA.Arn };
const UNKNOWN_KEY = new Refusal(
  403,
  "InvalidClientTokenId",
  "The security token included in the request is invalid.",
);

async function introduced(region = "sa-east-1") {
  return await introduce(region, process.env);
}

/** Files of a home, which is the only one that the SDK sees. */
async function inFiles(files: Readonly<Record<"config" | "credentials", string>>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "aws-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, "config"), files.config);
  await writeFile(join(folder, "credentials"), files.credentials);
  vi.stubEnv("AWS_CONFIG_FILE", join(folder, "config"));
  vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", join(folder, "credentials"));
}

test("AWS says whose credentials they are, asked in the region that is meant", async () => {
  const asked = await answeringAws(() => ANA);
  expect(await introduced()).toEqual({ is: "known", identity });
  expect(asked).toMatchObject([{ action: "GetCallerIdentity", region: "sa-east-1" }]);
});

test("without credentials the whole chain is named, and what to do", async () => {
  withoutCredentials();
  const introduction = await introduced();
  expect(introduction).toEqual({
    is: "refused",
    why:
      "expected credentials of AWS, got none from environment variables (AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY not set), " +
      "profile default (neither /nowhere/.aws/config nor /nowhere/.aws/credentials has it), " +
      "a web identity (AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN not set), " +
      "the machine's own role (AWS_EC2_METADATA_DISABLED says not to ask); " +
      "aws configure or aws sso login make a profile, AWS_PROFILE names it",
  });
});

test("a profile that is named and is not there is named", async () => {
  withoutCredentials();
  await inFiles({ config: "[profile shop]\nregion = sa-east-1\n", credentials: "" });
  vi.stubEnv("AWS_PROFILE", "shop");
  expect(await introduced()).toMatchObject({
    is: "refused",
    why: expect.stringMatching(/profile shop \(.*say nothing to sign in with\)/),
  });
  vi.stubEnv("AWS_PROFILE", "nobody");
  expect(await introduced()).toMatchObject({
    is: "refused",
    why: expect.stringMatching(/profile nobody \(neither .* has it\)/),
  });
});

test("keys of a profile are used, and it is named when they are refused", async () => {
  const asked = await answeringAws(() => UNKNOWN_KEY);
  await inFiles({
    config: "[default]\nregion = us-east-1\n",
    credentials: "[shop]\naws_access_key_id = AKIAOFSHOP\naws_secret_access_key = secret-not-to-be-seen\n",
  });
  vi.stubEnv("AWS_ACCESS_KEY_ID", undefined);
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", undefined);
  vi.stubEnv("AWS_PROFILE", "shop");
  const introduction = await introduced();
  expect(introduction).toEqual({
    is: "refused",
    why:
      "expected credentials that AWS accepts, got refused ones from profile shop " +
      "(InvalidClientTokenId: The security token included in the request is invalid.)",
  });
  expect(JSON.stringify(introduction)).not.toContain("not-to-be-seen");
  // Asked once more where every account is, to know which of the two it is.
  expect(asked.map(({ region }) => region)).toEqual(["sa-east-1", "us-east-1"]);
});

test("a region that nobody has switched on is told from a key that nobody knows", async () => {
  await answeringAws(({ region }) => (region === "us-east-1" ? ANA : UNKNOWN_KEY));
  expect(await introduced("me-south-1")).toEqual({ is: "elsewhere", identity });
});

test("expired credentials are told as such, with how to get new ones", async () => {
  await answeringAws(
    () => new Refusal(403, "ExpiredToken", "The security token included in the request is expired"),
  );
  expect(await introduced()).toEqual({
    is: "refused",
    why:
      "expected valid credentials of AWS, got expired ones from environment variables: aws sso login, or whatever made them, " +
      "makes new ones (ExpiredToken: The security token included in the request is expired)",
  });
});

test("a session of SSO that is over is told as such", async () => {
  withoutCredentials();
  await inFiles({
    config:
      "[profile shop]\nsso_session = s\nsso_account_id = 111122223333\nsso_role_name = r\n" +
      "[sso-session s]\nsso_start_url = https://shop.invalid/start\nsso_region = us-east-1\n",
    credentials: "",
  });
  vi.stubEnv("AWS_PROFILE", "shop");
  const { why } = (await introduced()) as { why: string };
  expect(why).toMatch(/profile shop/);
  expect(why).toMatch(/sso/i);
  expect(why).not.toMatch(/\n/);
});

test("an AWS that says nothing is given up on", async () => {
  const silent = createServer().listen(0, "127.0.0.1");
  await once(silent, "listening");
  onTestFinished(() => void silent.close());
  await answeringAws(() => ANA);
  vi.stubEnv("AWS_ENDPOINT_URL", `http://127.0.0.1:${(silent.address() as AddressInfo).port}`);
  expect(await introduce("sa-east-1", process.env, 100)).toEqual({
    is: "unreachable",
    why: "in time (no answer within 0.1 s)",
  });
});

test("a machine whose metadata say nothing, as a laptop's, keeps nobody waiting", async () => {
  const silent = createServer().listen(0, "127.0.0.1");
  await once(silent, "listening");
  onTestFinished(() => void silent.close());
  withoutCredentials();
  vi.stubEnv("AWS_EC2_METADATA_DISABLED", undefined);
  const { port } = silent.address() as AddressInfo;
  vi.stubEnv("AWS_EC2_METADATA_SERVICE_ENDPOINT", `http://127.0.0.1:${port}`);
  const began = performance.now();
  expect(await introduced()).toMatchObject({ is: "refused", why: expect.stringContaining("got none from") });
  expect(performance.now() - began).toBeLessThan(5_000);
});

test.each([
  ["http://127.0.0.1:9", "at 127.0.0.1 (ECONNREFUSED)"],
  ["http://no-emulator-runs.invalid", "at no-emulator-runs.invalid (ENOTFOUND)"],
])("an AWS that is away at %s is told from one that refuses", async (address, why) => {
  await answeringAws(() => ANA);
  vi.stubEnv("AWS_ENDPOINT_URL", address);
  expect(await introduced()).toEqual({ is: "unreachable", why });
});
