import { expect, onTestFinished, test, vi } from "vitest";
import { answeringAws, Refusal, withoutCredentials } from "../../aws/account/endpoint-fixture.ts";
import { startRegistry, type Door } from "../../registry/registry-fixture.ts";
import { FLEET_NODES } from "./graph-fixture.ts";
import type { EcsFargatePlan } from "./plan.ts";
import { preflight } from "./preflight.ts";

const ANA = { Account: "111122223333", Arn: "arn:aws:iam::111122223333:user/ana" };
const ECR_IMAGE = `444455556666.dkr.ecr.us-east-1.amazonaws.com/oxy-worker@sha256:${"a".repeat(64)}`;

function planned(differing: Partial<EcsFargatePlan> = {}): EcsFargatePlan {
  const plan = { name: "main", region: "sa-east-1", image: ECR_IMAGE, resources: FLEET_NODES };
  return { ...plan, ...differing } as unknown as EcsFargatePlan;
}

async function registry(door: Door) {
  const started = await startRegistry(door);
  onTestFinished(() => started.close());
  return started;
}

/** Which the fixture's task definition is for. */
const needed = FLEET_NODES.flatMap((node) =>
  node.type === "ecs_task_definition" ? [node.cpuArchitecture === "ARM64" ? "arm64" : "amd64"] : [],
)[0];
const other = needed === "arm64" ? "amd64" : "arm64";

test("an account that is meant, or that nobody named, is admitted", async () => {
  await answeringAws(() => ANA);
  expect(await preflight(planned())).toEqual([]);
  expect(await preflight(planned({ account: ANA.Account }))).toEqual([]);
});

test("another account is refused, with whose credentials they are", async () => {
  await answeringAws(() => ANA);
  expect(await preflight(planned({ account: "444455556666" }))).toEqual([
    `account: expected credentials of 444455556666, got those of 111122223333 (${ANA.Arn})`,
  ]);
});

test("without credentials one sentence names the chain that was tried", async () => {
  withoutCredentials();
  const refusals = await preflight(planned());
  expect(refusals).toEqual([
    expect.stringMatching(
      /^account: expected credentials of AWS, got none from environment variables .*, profile default .*, a web identity .*, the machine's own role /,
    ),
  ]);
  expect(refusals[0]).not.toContain("\n");
});

test("a region that is not switched on is refused as such", async () => {
  const refusal = new Refusal(
    403,
    "InvalidClientTokenId",
    "The security token included in the request is invalid.",
  );
  await answeringAws(({ region }) => (region === "us-east-1" ? ANA : refusal));
  expect(await preflight(planned({ region: "me-south-1" }))).toEqual([
    "region: expected one that account 111122223333 has switched on, got me-south-1: switch it on under AWS Regions " +
      "in the account's settings, or take another",
  ]);
});

test("an AWS that cannot be reached is a sentence", async () => {
  await answeringAws(() => ANA);
  vi.stubEnv("AWS_ENDPOINT_URL", "http://no-emulator-runs.invalid");
  expect(await preflight(planned())).toEqual([
    "account: expected AWS to say in sa-east-1 whose credentials these are, got no answer at no-emulator-runs.invalid (ENOTFOUND)",
  ]);
});

test("an image that everybody may pull, for the task's processor, is admitted", async () => {
  await answeringAws(() => ANA);
  const { pushIndex } = await registry("token");
  const image = pushIndex("acme/worker", [`linux/${needed}`, `linux/${other}`]);
  expect(await preflight(planned({ image }))).toEqual([]);
});

test("an image that takes a login is refused, unless there is one", async () => {
  await answeringAws(() => ANA);
  const { pushIndex, host, asked } = await registry("login");
  const image = pushIndex("acme/worker", [`linux/${needed}`]);
  expect(await preflight(planned({ image }))).toEqual([
    "image: expected one that everybody may pull, or registryUser and secrets.OXY_REGISTRY_PASSWORD, because ECS pulls " +
      `it without a login, got 401 from ${host}`,
  ]);
  asked.length = 0;
  expect(await preflight(planned({ image, registryUser: "acme-robot" }))).toEqual([]);
  expect(asked).toEqual([]);
});

test("a digest that the registry does not know is refused", async () => {
  await answeringAws(() => ANA);
  const { host } = await registry("open");
  const digest = `sha256:${"0".repeat(64)}`;
  expect(await preflight(planned({ image: `${host}/acme/worker@${digest}` }))).toEqual([
    `image: expected a digest that ${host} has of acme/worker, got ${digest}, which it does not know`,
  ]);
});

test("an image for another processor is refused, by name", async () => {
  await answeringAws(() => ANA);
  const { pushImage } = await registry("open");
  expect(await preflight(planned({ image: pushImage("acme/worker", "linux", `${other}`) }))).toEqual([
    `architecture: expected one that the image is built for (linux/${other}), got linux/${needed}: change it, or build ` +
      "the image for both",
  ]);
});

test("all that is wrong is told at once", async () => {
  withoutCredentials();
  const { pushIndex } = await registry("token-refused");
  const refusals = await preflight(planned({ image: pushIndex("acme/worker", ["linux/arm64"]) }));
  expect(refusals.map((refusal) => refusal.split(":")[0])).toEqual(["account", "image"]);
});

test("what nobody can tell is left to the deployment: a registry that is away, one of AWS's own, a tag", async () => {
  await answeringAws(() => ANA);
  const gone = await startRegistry("open");
  const image = gone.pushIndex("acme/worker", [`linux/${needed}`]);
  await gone.close();
  expect(await preflight(planned({ image }))).toEqual([]);
  expect(await preflight(planned({ image: ECR_IMAGE }))).toEqual([]);
  expect(await preflight(planned({ image: "registry.invalid/acme/worker:1.2" }))).toEqual([]);
});

test("a rehearsal asks no registry", async () => {
  await answeringAws(() => ANA);
  const { host, asked } = await registry("login");
  vi.stubEnv("OXY_OFFLINE", "1");
  expect(await preflight(planned({ image: `${host}/acme/worker@sha256:${"0".repeat(64)}` }))).toEqual([]);
  expect(asked).toEqual([]);
});
