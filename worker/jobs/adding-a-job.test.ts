import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";

const PROJECT = fileURLToPath(new URL("../..", import.meta.url));
const PAGE = join(PROJECT, "docs/adding-a-job.md");
const PARTS = ["worker", "package.json", "tsconfig.json", "vitest.config.ts", ".dependency-cruiser.mjs"];
const MINUTES_MS = 240_000;

interface Block {
  readonly path: string;
  /** Of the line that it goes before; undefined for a whole file. */
  readonly before: string | undefined;
  readonly text: string;
}

let page: string;
let tree: string;

beforeAll(async () => {
  page = await readFile(PAGE, "utf8");
  tree = await mkdtemp(join(tmpdir(), "adding-a-job-"));
  for (const part of PARTS) await cp(join(PROJECT, part), join(tree, part), { recursive: true });
  await symlink(join(PROJECT, "node_modules"), join(tree, "node_modules"));
  for (const block of blocksOf(page)) await follow(block);
}, MINUTES_MS);
afterAll(() => rm(tree, { recursive: true, force: true }));

function blocksOf(text: string): Block[] {
  const blocks = text.matchAll(/^`([\w./-]+)`(?:, before `([^`]+)`:)?\n\n```ts\n([^]*?)^```$/gm);
  return [...blocks].map(([, path = "", before, code = ""]) => ({ path, before, text: code }));
}

async function follow({ path, before, text }: Block): Promise<void> {
  const file = join(tree, path);
  await mkdir(dirname(file), { recursive: true });
  if (before === undefined) {
    await writeFile(file, text);
    return;
  }
  const present = await readFile(file, "utf8");
  const at = present.indexOf(`\n${before}`);
  if (at < 0) throw new Error(`${path}: there is no line that begins with "${before}"`);
  await writeFile(file, `${present.slice(0, at + 1)}${text}${present.slice(at + 1)}`);
}

async function run(command: string): Promise<{ code: number; printed: string }> {
  const env = { PATH: `${dirname(process.execPath)}:${process.env["PATH"]}`, NO_COLOR: "1" };
  return await new Promise((resolve) => {
    execFile("sh", ["-c", command], { cwd: tree, env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), printed: stdout + stderr });
    });
  });
}

test("its example is complete: name, handler, test, and who takes it", () => {
  expect(blocksOf(page).map(({ path }) => path)).toEqual([
    ...["job", "handler", "handler.test"].map((name) => `worker/jobs/handed-reminder/${name}.ts`),
    "worker/cron/start.ts",
    "worker/cron/start.ts",
  ]);
});

test(
  "a tree in which it was followed has the types that it should",
  async () => {
    const include = ["worker/cron/start.ts", "worker/jobs/handed-reminder/*.ts"];
    await writeFile(
      join(tree, "tsconfig.added.json"),
      JSON.stringify({ extends: "./tsconfig.json", include }),
    );
    expect(await run("npx tsc --noEmit -p tsconfig.added.json")).toEqual({ code: 0, printed: "" });
  },
  MINUTES_MS,
);

test(
  "and its own test passes",
  async () => {
    const { code, printed } = await run("npx vitest run --root . worker/jobs/handed-reminder");
    expect(printed).toMatch(/Tests +5 passed/);
    expect(code).toBe(0);
  },
  MINUTES_MS,
);

test(
  "and breaks no rule of who may import whom",
  async () => {
    const { code, printed } = await run(
      "npx depcruise --config .dependency-cruiser.mjs worker/jobs/handed-reminder worker/cron",
    );
    expect(printed).toContain("no dependency violations found");
    expect(code).toBe(0);
  },
  MINUTES_MS,
);
