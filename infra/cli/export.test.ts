import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { parse } from "yaml";
import { oxy } from "./oxy-fixture.ts";

const IMAGE = `ghcr.io/acme/oxy-worker@sha256:${"ab".repeat(32)}`;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "export-"));
  await mkdir(join(folder, "stacks"));
  await writeFile(join(folder, "Pulumi.yaml"), "name: shop\nstackConfigDir: stacks\n");
});
afterEach(() => rm(folder, { recursive: true }));

async function stack(name: string, config: object): Promise<void> {
  const keys = Object.entries(config).map(([key, value]) => [`shop:${key}`, value as unknown]);
  await writeFile(
    join(folder, "stacks", `Pulumi.${name}.yaml`),
    JSON.stringify({ config: Object.fromEntries(keys) }),
  );
}

const onRender = {
  image: IMAGE,
  store: "upstash",
  fleets: { main: { host: "render", services: "two" } },
  secrets: { OPENAI_API_KEY: { secure: "v1:encrypted-value" } },
};

test("a stack is printed as its host's file, and nothing of its secrets but their names", async () => {
  await stack("staging", onRender);
  const { code, stdout, stderr } = await oxy("export", "-s", "staging", "-f", "render.yaml", "-C", folder);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const { services } = parse(stdout) as { services: { type: string; envVars: object[] }[] };
  expect(services.map(({ type }) => type)).toEqual(["web", "worker"]);
  expect(services[0]?.envVars).toContainEqual({ key: "OPENAI_API_KEY", sync: false });
  expect(stdout).not.toContain("encrypted-value");
});

test("so it is written into a folder that is made for it", async () => {
  await stack("staging", onRender);
  const output = join(folder, "new", "render");
  const args = ["export", "-s", "staging", "-f", "render.yaml", "-C", folder];
  const { stdout } = await oxy(...args, "--output", output);
  expect(stdout).toBe(`${join(output, "render.yaml")} is written\n`);
  expect(await readdir(output)).toEqual(["render.yaml"]);
  const json = JSON.parse((await oxy(...args, "--json")).stdout) as { files: object[] };
  expect(json.files).toEqual([
    { name: "render.yaml", text: await readFile(join(output, "render.yaml"), "utf8") },
  ]);
});

test("another image may be named, and sources are none that the host could run", async () => {
  await stack("staging", { ...onRender, image: "./worker" });
  const args = ["export", "-s", "staging", "-f", "render.yaml", "-C", folder];
  const refused = await oxy(...args);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain(
    "image: expected an image in a registry, by digest, because fleet main is on host render, got ./worker",
  );
  expect((await oxy(...args, "--image", IMAGE)).stdout).toContain(`url: ${IMAGE}`);
});

test("a format of another host is refused with the stack's own", async () => {
  await stack("staging", onRender);
  expect(await oxy("export", "-s", "staging", "-f", "fly.toml", "-C", folder)).toMatchObject({
    code: 2,
    stdout: "",
    stderr:
      "oxy: --format: expected a format of host render, which fleet main of stack staging is on, got fly.toml; " +
      "its own format is render.yaml\n",
  });
});

test("a host that has no such file has no way out of that kind", async () => {
  await stack("here", { image: "./worker", store: "local", fleets: { main: { host: "local" } } });
  expect(await oxy("export", "-s", "here", "-f", "fly.toml", "-C", folder)).toMatchObject({
    code: 2,
    stderr:
      "oxy: --format: expected a format of host local, which fleet main of stack here is on, got fly.toml\n",
  });
});

test("an unknown format is refused with the nearest, a config that cannot work with each reason", async () => {
  await stack("staging", { ...onRender, store: "upstach" });
  expect(await oxy("export", "-s", "staging", "-f", "render.yml", "-C", folder)).toMatchObject({
    code: 2,
    stderr:
      'oxy: --format: expected one of render.yaml, fly.toml, railway.json, got "render.yml"; the nearest is render.yaml\n',
  });
  const { code, stderr } = await oxy("export", "-s", "staging", "-f", "render.yaml", "-C", folder);
  expect(code).toBe(2);
  expect(stderr).toMatch(/^oxy: the config of stack staging is not usable:\n {2}store: expected one of /);
});
