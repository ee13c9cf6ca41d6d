import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { parse } from "yaml";
import { oxy } from "./oxy-fixture.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "use-"));
  await mkdir(join(folder, "stacks"));
  await writeFile(join(folder, "Pulumi.yaml"), "name: shop\nstackConfigDir: stacks\n");
});
afterEach(() => rm(folder, { recursive: true }));

function stackFile(stack: string): Promise<string> {
  return readFile(join(folder, "stacks", `Pulumi.${stack}.yaml`), "utf8");
}

test("a stack is begun from an example, and its file is shown before it is written", async () => {
  const args = ["use", "fly-gru", "-s", "staging", "-C", folder];
  const shown = await oxy(...args, "--dry-run");
  expect(shown.code).toBe(0);
  expect(shown.stdout).toMatch(/^--- \/dev\/null\n\+\+\+ stacks\/Pulumi.staging.yaml\n@@ /);
  expect(shown.stdout).toContain("+      host: fly");
  expect(shown.stdout).toContain("nothing was written: --dry-run");
  await expect(stackFile("staging")).rejects.toThrow("ENOENT");

  const { code, stdout } = await oxy(...args, "--yes");
  expect(code).toBe(0);
  expect(stdout).toContain("stacks/Pulumi.staging.yaml is written, and nothing is deployed yet");
  expect(parse(await stackFile("staging"))).toMatchObject({
    config: { "shop:image": "./worker", "shop:fleets": { main: { host: "fly", region: "gru" } } },
  });

  const again = await oxy(...args);
  expect(again).toMatchObject({
    code: 0,
    stdout: "stacks/Pulumi.staging.yaml says what fly-gru does\n",
  });
});

test("changing to another example shows what changes and nothing else", async () => {
  await oxy("use", "fly-gru", "-s", "staging", "-C", folder, "--yes");
  const { stdout } = await oxy("use", "render-optimized", "-s", "staging", "-C", folder, "--dry-run");
  expect(stdout).toMatch(/^--- stacks\/Pulumi.staging.yaml\n\+\+\+ stacks\/Pulumi.staging.yaml\n@@ /);
  expect(stdout).toContain("-    region: sa-east-1");
  expect(stdout).toContain("+    region: us-east-1");
  expect(stdout).not.toMatch(/^[-+].*image/m);
});

test("with --keep-store a deployed stack changes its host, and its data stay where they are", async () => {
  const args = ["-s", "staging", "-C", folder, "--yes"];
  await oxy("use", "render-optimized", ...args);
  const before = parse(await stackFile("staging")) as { config: Record<string, unknown> };
  await oxy("use", "fly-gru", ...args, "--keep-store");
  expect(parse(await stackFile("staging"))).toMatchObject({
    config: {
      "shop:store": before.config["shop:store"],
      "shop:fleets": { main: { host: "fly", region: "gru" } },
    },
  });
});

test("nothing is written when nobody is there to confirm", async () => {
  const file = "config:\n  shop:store: local\n";
  await writeFile(join(folder, "stacks", "Pulumi.staging.yaml"), file);
  const { code, stderr } = await oxy("use", "fly-gru", "-s", "staging", "-C", folder);
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: "oxy: --yes: expected it, because nobody is there to confirm\n",
  });
  expect(await stackFile("staging")).toBe(file);
});

test("without a name the examples are listed, each with what it is", async () => {
  const { code, stdout } = await oxy("use");
  expect(code).toBe(0);
  expect(stdout).toContain("  fly-gru           Fly.io in São Paulo, with Upstash in the same city.\n");
  const json = await oxy("use", "--json");
  expect((JSON.parse(json.stdout) as { examples: object[] }).examples).toContainEqual({
    name: "fly-gru",
    about: "Fly.io in São Paulo, with Upstash in the same city.",
  });
});

test("a wrong name is refused with the nearest", async () => {
  const { code, stderr } = await oxy("use", "fly-gro", "-s", "staging", "-C", folder);
  expect(code).toBe(2);
  expect(stderr).toMatch(
    /^oxy: expected an example \(.*fly-gru.*\), got "fly-gro"; the nearest is fly-gru\n/,
  );
});

test("a stack without a name, and one that no deployment could have, are refused", async () => {
  expect(await oxy("use", "fly-gru", "-C", folder)).toMatchObject({
    code: 2,
    stderr: "oxy: -s: expected a stack, named with 1 to 40 of a-z, 0-9 and '-', got nothing\n",
  });
  expect(await oxy("use", "fly-gru", "-s", "../Staging", "-C", folder)).toMatchObject({
    code: 2,
    stderr: "oxy: -s: expected a stack, named with 1 to 40 of a-z, 0-9 and '-', got ../Staging\n",
  });
});

test("a program is told the same as a person", async () => {
  const { stdout } = await oxy("use", "fly-gru", "-s", "staging", "-C", folder, "--yes", "--json");
  const result = JSON.parse(stdout) as { after: string };
  expect(result).toEqual({
    kind: "result",
    stack: "staging",
    example: "fly-gru",
    path: join(folder, "stacks", "Pulumi.staging.yaml"),
    changed: true,
    written: true,
    after: await stackFile("staging"),
  });
});
