import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { TerraformJson } from "../synth/terraform-json.ts";
import { oxy } from "./oxy-fixture.ts";

const IMAGE = `ghcr.io/acme/oxy-worker@sha256:${"ab".repeat(32)}`;
const ON_AWS = {
  image: IMAGE,
  store: { kind: "elasticache", region: "us-east-1" },
  fleets: { main: { host: "ecs-fargate", region: "us-east-1" } },
  secrets: { OPENAI_API_KEY: { secure: "v1:encrypted-value" } },
};
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "synth-"));
  await mkdir(join(folder, "stacks"));
  await writeFile(join(folder, "Pulumi.yaml"), "name: shop\nstackConfigDir: stacks\n");
});
afterEach(() => rm(folder, { recursive: true }));

async function stack(name: string, config: object): Promise<void> {
  const keys = Object.entries(config).map(([key, value]) => [`shop:${key}`, value as unknown]);
  const text = JSON.stringify({ config: Object.fromEntries(keys) });
  await writeFile(join(folder, "stacks", `Pulumi.${name}.yaml`), text);
}

async function moduleIn(path: string): Promise<{ readonly text: string; readonly module: TerraformJson }> {
  const text = await readFile(path, "utf8");
  return { text, module: JSON.parse(text) as TerraformJson };
}

test("a stack is written into its own folder, and what is in it is told", async () => {
  await stack("staging", ON_AWS);
  const { code, stdout, stderr } = await oxy("synth", "-s", "staging", "-C", folder);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const written = join(folder, "cdktf.out", "stacks", "staging");
  expect(await readdir(written)).toEqual(["cdk.tf.json"]);
  const { text, module } = await moduleIn(join(written, "cdk.tf.json"));
  expect(text).toContain(IMAGE);
  expect(text).not.toContain("encrypted-value");
  const count = Object.values(module.resource).flatMap((ofType) => Object.keys(ofType)).length;
  expect(stdout).toContain(`cdk.tf.json: stack staging, ${count} resources\n`);
  expect(stdout).toMatch(/^ {2}aws_ecs_service +1$/m);
  expect(stdout).toMatch(/^ {2}OPENAI_API_KEY +a secret of the workers$/m);
  expect(stdout).toMatch(/^ {2}OXY_STORE_PASSWORD +the password that the store is made with/m);
  expect(stdout).toMatch(/^Next: terraform -chdir=(\S+) init && terraform -chdir=\1 apply$/m);
});

test("a program is told the same", async () => {
  await stack("staging", ON_AWS);
  const output = join(folder, "terraform");
  const { stdout } = await oxy("synth", "-s", "staging", "-C", folder, "-o", output, "--json");
  const result = JSON.parse(stdout) as { types: Record<string, number>; variables: { name: string }[] };
  expect(result).toMatchObject({
    kind: "result",
    stack: "staging",
    path: join(output, "cdk.tf.json"),
    remarks: [],
  });
  expect(result.types["aws_elasticache_replication_group"]).toBe(1);
  expect(result.variables.map(({ name }) => name)).toContain("OPENAI_API_KEY");
});

test.each(["aws-minimal", "aws-recommended"])("example %s needs no stack", async (example) => {
  const output = join(folder, "out");
  const { code, stdout, stderr } = await oxy("synth", "--example", example, "-C", folder, "-o", output);
  expect(code).toBe(0);
  expect(stdout).toContain(`stack ${example}, `);
  expect(stderr).toMatch(
    /^oxy: example .* names sources, which AWS does not run: --image names what is to run/,
  );
  const args = ["--example", example, "-s", "trial", "--image", IMAGE, "-o", join(folder, "own")];
  const own = await oxy("synth", ...args, "-C", folder);
  expect(own).toMatchObject({ code: 0, stderr: "" });
  expect((await moduleIn(join(folder, "own", "cdk.tf.json"))).module["//"]).toContain(
    `Stack trial of Oxy Workers with image ${IMAGE}`,
  );
});

test("a store that is elsewhere is a variable for its address", async () => {
  await stack("staging", { ...ON_AWS, store: { kind: "upstash", region: "us-east-1" } });
  await oxy("synth", "-s", "staging", "-C", folder);
  const { module } = await moduleIn(join(folder, "cdktf.out", "stacks", "staging", "cdk.tf.json"));
  expect(module.variable["REDIS_URL"]).toMatchObject({
    description: "the address of the store",
    sensitive: true,
  });
  expect(module.resource).not.toHaveProperty("aws_elasticache_replication_group");
});

test("the folder of another stack is refused, because Terraform would replace that one", async () => {
  await stack("staging", ON_AWS);
  await stack("other", ON_AWS);
  const output = join(folder, "terraform");
  await oxy("synth", "-s", "staging", "-C", folder, "-o", output);
  const { code, stderr } = await oxy("synth", "-s", "other", "-C", folder, "-o", output);
  expect(code).toBe(2);
  expect(stderr).toBe(
    "oxy: --output: expected a folder of this stack, because Terraform would replace what the other one has deployed, " +
      `got ${output} with stack staging\n`,
  );
});

test("a stack that is not on AWS is refused in a sentence", async () => {
  await stack("staging", { ...ON_AWS, store: "upstash", fleets: { main: { host: "fly" } } });
  expect(await oxy("synth", "-s", "staging", "-C", folder)).toMatchObject({
    code: 2,
    stdout: "",
    stderr:
      "oxy: stack staging: expected fleets on host ecs-fargate, because only AWS is expressed through CDKTF, got " +
      "fleet main on host fly; oxy export writes the files of other hosts\n",
  });
});

test.each<readonly [string, readonly string[], string]>([
  ["neither a stack nor an example", [], "-s: expected a stack, or --example with one of stacks/examples"],
  ["a stack without a file", ["-s", "other"], "-s: expected a stack that has a file"],
  ["an unknown example", ["--example", "aws-minimall"], "the nearest is aws-minimal"],
  ["an image that is none", ["-s", "staging", "--image", "a b"], "--image: expected registry/name@sha256"],
])("%s is refused", async (_what, args, message) => {
  await stack("staging", ON_AWS);
  const { code, stdout, stderr } = await oxy("synth", ...args, "-C", folder);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toContain(message);
});
