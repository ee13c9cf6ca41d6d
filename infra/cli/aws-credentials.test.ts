import { expect, test, vi } from "vitest";
import { answeringAws, Refusal, withoutCredentials } from "../aws/account/endpoint-fixture.ts";
import { awsCredentialState, missingAwsCredentials } from "./aws-credentials.ts";

const ANA = { Account: "111122223333", Arn: "arn:aws:iam::111122223333:user/ana" };

async function state(check: boolean) {
  return await awsCredentialState(process.env, check);
}

test("where they are is said, and nobody is asked unless that is wanted", async () => {
  const asked = await answeringAws(() => ANA);
  expect(await state(false)).toEqual({ fine: true, found: "environment variables" });
  expect(await missingAwsCredentials(process.env)).toBeUndefined();
  expect(asked).toEqual([]);
});

test("AWS says whose they are", async () => {
  await answeringAws(() => ANA);
  const told = await state(true);
  expect(told).toEqual({
    fine: true,
    found: `environment variables, and accepted: account 111122223333, ${ANA.Arn}`,
  });
  expect(JSON.stringify(told)).not.toMatch(/AKIA|not-to-be-seen/);
});

test("where there are none, everything that was tried is named", async () => {
  withoutCredentials();
  expect(await missingAwsCredentials(process.env)).toMatch(
    /^AWS: expected credentials, got none from environment variables \(.*\), profile default \(.*\), a web identity \(.*\), the machine's own role \(.*\); aws configure/,
  );
});

test("a container's role counts as there, without being asked for", async () => {
  withoutCredentials();
  vi.stubEnv("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:9/credentials");
  expect(await state(false)).toEqual({ fine: true, found: "the container's role" });
});

test("refused ones, and an AWS that is away, are problems", async () => {
  await answeringAws(() => new Refusal(403, "ExpiredToken", "expired"));
  expect(await state(true)).toMatchObject({
    fine: false,
    found: expect.stringMatching(/^expected valid credentials of AWS, got expired ones from environment/),
  });
  vi.stubEnv("AWS_ENDPOINT_URL", "http://no-emulator-runs.invalid");
  expect(await state(true)).toEqual({
    fine: false,
    found: "AWS could not be reached at no-emulator-runs.invalid (ENOTFOUND)",
  });
});
