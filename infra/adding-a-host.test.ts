import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { projectDirectory } from "./home.ts";

const PAGE = join(projectDirectory, "docs/adding-a-host.md");
/** What a tree needs to be tested and described. */
const PARTS = [
  "infra",
  "docs",
  "stacks",
  "package.json",
  "Pulumi.yaml",
  "tsconfig.json",
  "vitest.config.ts",
  ".oxfmtrc.json",
  "worker/dev/skipped-reporter.ts",
];
const VITEST = join(projectDirectory, "node_modules/vitest/vitest.mjs");
const MINUTES_MS = 240_000;

interface Block {
  readonly path: string;
  readonly text: string;
}

let tree: string;
let page: string;

beforeAll(async () => {
  page = await readFile(PAGE, "utf8");
  tree = await mkdtemp(join(tmpdir(), "adding-a-host-"));
  for (const part of PARTS) {
    await mkdir(dirname(join(tree, part)), { recursive: true });
    await cp(join(projectDirectory, part), join(tree, part), { recursive: true });
  }
  await symlink(join(projectDirectory, "node_modules"), join(tree, "node_modules"));
  for (const block of blocksOf(page)) await follow(block);
}, MINUTES_MS);
afterAll(() => rm(tree, { recursive: true, force: true }));

/** Blocks of the page that are introduced by the path of a file. */
function blocksOf(text: string): Block[] {
  return [...text.matchAll(/^`([\w./-]+)`\n\n```\w+\n([^]*?)^```$/gm)].map(([, path = "", code = ""]) => ({
    path,
    text: code,
  }));
}

/** Writes the file, or the line into one that is there. */
async function follow({ path, text }: Block): Promise<void> {
  const file = join(tree, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text.includes("…") ? withLine(await readFile(file, "utf8"), text) : text);
}

/** An import, and a name among those of a constant. */
function withLine(before: string, lines: string): string {
  const [imported = "", constant = ""] = lines.split("\n");
  const [, list = "", name = ""] = /^export const (\w+) = \{ …, (\w+) \}/.exec(constant) ?? [];
  const those = new RegExp(`^export const ${list} = \\{([^}]*?),?\\s*\\}`, "m");
  if (name === "" || !those.test(before)) throw new Error(`there is no ${list} to add ${name} to`);
  return `${imported}\n${before.replace(those, `export const ${list} = {$1, ${name} }`)}`;
}

/** Runs a command of the page in the tree. */
async function run(command: string): Promise<{ code: number; printed: string }> {
  const env = { PATH: `${dirname(process.execPath)}:${process.env["PATH"]}`, NO_COLOR: "1" };
  return await new Promise((resolve) => {
    execFile("sh", ["-c", command], { cwd: tree, env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), printed: stdout + stderr });
    });
  });
}

async function tested(file: string, name: string): Promise<{ code: number; printed: string }> {
  return await run(`${process.execPath} ${VITEST} run --root . ${file} -t '${name}'`);
}

test("its example is complete: a folder, a page and a line for each", () => {
  expect(blocksOf(page).map(({ path }) => path)).toEqual([
    ...["config", "plan", "pricing"].map((name) => `infra/hosts/shed/${name}.ts`),
    "infra/compare/catalogue/shed.yaml",
    ...["pulumi", "operations", "host"].map((name) => `infra/hosts/shed/${name}.ts`),
    "docs/hosts/shed.md",
    "infra/hosts.ts",
    ...["config", "plan", "pricing", "pulumi", "store"].map((name) => `infra/stores/bucket/${name}.ts`),
    "docs/stores/bucket.md",
    "infra/stores.ts",
  ]);
});

describe("a tree in which it was followed", () => {
  test(
    "has the types that it should",
    async () => {
      const config = {
        extends: "./tsconfig.json",
        include: ["infra/index.ts", "infra/{hosts,stores}/**/*.ts"],
      };
      const files = ["infra/index.ts", "infra/hosts/shed/*.ts", "infra/stores/bucket/*.ts"];
      await writeFile(join(tree, "tsconfig.added.json"), JSON.stringify({ ...config, include: files }));
      const { code, printed } = await run("npx tsc -p tsconfig.added.json");
      expect({ code, printed }).toEqual({ code: 0, printed: "" });
    },
    MINUTES_MS,
  );

  test(
    "passes what every host and store keeps to, once the commands of the page were given",
    async () => {
      const commands = [...page.matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, text = ""]) => text);
      const [host = "", store = ""] = commands;
      for (const command of `${host}${store}`.trim().split("\n")) {
        const { code, printed } = await run(command);
        expect(code, `${command}\n${printed}`).toBe(0);
      }
      const written = await readFile(join(tree, "docs/stack-config.md"), "utf8");
      expect(written).toContain("garden");
    },
    MINUTES_MS,
  );

  test.each([
    ["infra/hosts/hosts.test.ts", "host shed", 15],
    ["infra/stores/stores.test.ts", "store bucket", 10],
  ])(
    "in %s, %s is among what is tested",
    async (file, name, least) => {
      const { code, printed } = await tested(file, name);
      expect(code).toBe(0);
      const [, passed] = /Tests +(\d+) passed/.exec(printed) ?? [];
      expect(Number(passed)).toBeGreaterThanOrEqual(least);
    },
    MINUTES_MS,
  );
});

describe("a step left out is found out:", () => {
  test.each([
    ["docs/hosts/shed.md", "infra/hosts/hosts.test.ts", "shed.*has a page"],
    ["docs/stores/bucket.md", "infra/stores/stores.test.ts", "bucket.*has a page"],
    ["infra/hosts.ts", "infra/hosts/hosts.test.ts", "every folder is a host"],
    ["infra/stores.ts", "infra/stores/stores.test.ts", "every folder is a store"],
  ])(
    "%s",
    async (path, file, name) => {
      const added = join(tree, path);
      const followed = await readFile(added);
      if (path.endsWith(".md")) await rm(added);
      else await cp(join(projectDirectory, path), added);
      const { code, printed } = await tested(file, name);
      await writeFile(added, followed);
      expect(printed).toMatch(/1 failed/);
      expect(code).toBe(1);
      expect((await tested(file, name)).code).toBe(0);
    },
    MINUTES_MS,
  );
});
