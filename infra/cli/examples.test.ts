import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { examples } from "./examples.ts";
import { filePlan } from "./file-plan.ts";
import { openProject, type StackFile } from "./project.ts";
import { projectDirectory } from "../home.ts";
import { hosts } from "../hosts.ts";

const PROJECT = "oxy-workers";
const IMAGE = `ghcr.io/acme/oxy-worker@sha256:${"ab".repeat(32)}`;

const all = await examples();
const schema = JSON.parse(
  await readFile(join(projectDirectory, "stacks", "stack-config.schema.json"), "utf8"),
) as object;
const accepts = new Ajv({ allowUnionTypes: true }).compile(schema);

test("there are those that the documentation names", () => {
  expect(all.map(({ name }) => name)).toEqual([
    "aws-minimal",
    "aws-recommended",
    "fly-gru",
    "railway",
    "render-current",
    "render-optimized",
  ]);
});

describe.each(all)("example $name", ({ about, text }) => {
  const file = parse(text) as StackFile;

  test("says in a sentence what it is", () => {
    expect(about).toMatch(/^[A-Z].{20,}[.]$/);
  });

  test("is a whole config but for the secrets, and can be deployed with an image of a registry", () => {
    const plan = filePlan(file, { stack: "trial", project: PROJECT, image: IMAGE });
    expect(plan.image).toBe(IMAGE);
    expect(plan.fleets.map(({ share }) => share)).toEqual([100]);
    expect(Object.keys(file.config ?? {})).not.toContain(`${PROJECT}:secrets`);
  });

  test("is what editors accept", () => {
    expect(accepts(file), JSON.stringify(accepts.errors)).toBe(true);
    expect(text).toMatch(/^# yaml-language-server: [$]schema=[.][.]\/stack-config[.]schema[.]json$/m);
  });

  test("names sources, which its host does not run: the comment says what to do", () => {
    expect(file.config?.[`${PROJECT}:image`]).toBe("./worker");
    expect(() => filePlan(file, { stack: "trial", project: PROJECT })).toThrow(
      /image: expected an image in a registry, by digest, .*npm run image builds one to push/,
    );
    expect(text).toContain("npm run image");
  });

  test("names the host and the store that it is about, which are documented", () => {
    const { store, fleets } = filePlan(file, { stack: "trial", project: PROJECT, image: IMAGE });
    expect(hosts).toHaveProperty(fleets[0]?.host ?? "");
    expect(store.kind).not.toBe("local");
  });
});

describe("the stacks that are there", () => {
  test.each([
    ["staging", false],
    ["production", true],
  ])(
    "%s begins from an example, and can be deployed with an image of a registry",
    async (stack, production) => {
      const file = await (await openProject(projectDirectory)).stackFile(stack);
      const plan = filePlan(file, { stack, project: PROJECT, image: IMAGE });
      expect(plan).toMatchObject({ production, store: { protected: production } });
    },
  );

  test("production is as it runs today", async () => {
    const file = await (await openProject(projectDirectory)).stackFile("production");
    const today = parse(all.find(({ name }) => name === "render-current")?.text ?? "") as StackFile;
    for (const key of ["store", "fleets"])
      expect(file.config?.[`${PROJECT}:${key}`]).toEqual(today.config?.[`${PROJECT}:${key}`]);
  });
});
