import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openProject } from "./project.ts";

test("a project knows its stacks by their files", async () => {
  const folder = await projectFolder("name: shop\nstackConfigDir: stacks\nbackend: { url: 's3://state' }\n", {
    "Pulumi.prod.yaml": "encryptionsalt: v1\nconfig: { shop:production: true }\n",
    "Pulumi.local.yaml": "",
    "Pulumi.yaml": "not a stack",
    "notes.md": "",
  });
  const project = await openProject(folder);
  expect(project).toMatchObject({ name: "shop", backendUrl: "s3://state" });
  expect(await project.stacks()).toEqual(["local", "prod"]);
  expect(project.stackPath("prod")).toBe(join(folder, "stacks", "Pulumi.prod.yaml"));
  expect(await project.stackFile("prod")).toEqual({
    encryptionsalt: "v1",
    config: { "shop:production": true },
  });
  expect(await project.stackFile("local")).toEqual({});
});

test("a stack without a file is refused with those that have one", async () => {
  const folder = await projectFolder("name: shop\nstackConfigDir: stacks\n", { "Pulumi.local.yaml": "" });
  const project = await openProject(folder);
  await expect(project.stackFile("prod")).rejects.toMatchObject({
    exitCode: 2,
    message: `-s: expected a stack that has a file in ${folder}/stacks (local), got prod`,
  });
});

test("so it is where there is not even the folder of stacks", async () => {
  const folder = await projectFolder("name: shop\nstackConfigDir: elsewhere\n", {});
  const project = await openProject(folder);
  expect(await project.stacks()).toEqual([]);
  await expect(project.stackFile("local")).rejects.toMatchObject({
    exitCode: 2,
    message: `-s: expected a stack that has a file in ${folder}/elsewhere (there is none yet), got local`,
  });
});

test("a folder without a project, and files that are no YAML, are refused in one sentence", async () => {
  const folder = await projectFolder("name: shop\nstackConfigDir: stacks\n", { "Pulumi.local.yaml": "a: [" });
  await expect(openProject(join(folder, "stacks"))).rejects.toMatchObject({
    exitCode: 2,
    message: `expected a folder with Pulumi.yaml, got ${folder}/stacks`,
  });
  await expect((await openProject(folder)).stackFile("local")).rejects.toMatchObject({
    exitCode: 2,
    message: expect.stringMatching(/stacks\/Pulumi\.local\.yaml: expected YAML, got [^\n]+$/),
  });
});

async function projectFolder(yaml: string, stacks: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "oxy-project-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await mkdir(join(folder, "stacks"));
  await writeFile(join(folder, "Pulumi.yaml"), yaml);
  for (const [name, text] of Object.entries(stacks)) await writeFile(join(folder, "stacks", name), text);
  return folder;
}
