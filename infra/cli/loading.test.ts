import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { modulesLoadedBy, packagesAmong } from "../modules-fixture.ts";

const main = fileURLToPath(new URL("main.ts", import.meta.url));
const worker = fileURLToPath(new URL("../../worker/package.json", import.meta.url));

/** Of the worker's workspace, and what those need. */
function installedForWorker(): ReadonlySet<string> {
  const lock = JSON.parse(readFileSync(new URL("../../package-lock.json", import.meta.url), "utf8")) as {
    readonly packages: Readonly<Record<string, { readonly dependencies?: Readonly<Record<string, string>> }>>;
  };
  const { dependencies = {}, devDependencies = {} } = JSON.parse(readFileSync(worker, "utf8")) as {
    readonly dependencies?: Readonly<Record<string, string>>;
    readonly devDependencies?: Readonly<Record<string, string>>;
  };
  const found = new Set(Object.keys({ ...dependencies, ...devDependencies }));
  // Grows while it is walked.
  for (const name of found)
    for (const needed of Object.keys(lock.packages[`node_modules/${name}`]?.dependencies ?? {}))
      found.add(needed);
  return found;
}

/** What `debug`, a package of ioredis, takes where it is there. */
const OPTIONAL = new Set(["has-flag", "supports-color"]);

test.each(["org add", "pair"])("oxy %s needs no package that npm start does not install", (command) => {
  const packages = packagesAmong(modulesLoadedBy(main, [...command.split(" "), "--help"]));
  expect(packages).toContain("commander");
  const installed = installedForWorker();
  expect(packages.filter((name) => !installed.has(name) && !OPTIONAL.has(name))).toEqual([]);
});

test("a command loads nothing of another one", () => {
  const modules = modulesLoadedBy(main, ["status", "--help"]);
  expect(modules.filter((url) => /\/cli\/(status|adopt|use|export)[.]ts$/.test(url))).toEqual([
    expect.stringMatching(/status[.]ts$/),
  ]);
});

test("a package that is not installed is said in one sentence, with how to install it", () => {
  const hook = `data:text/javascript,import { registerHooks } from "node:module";
    registerHooks({ resolve: (name, context, next) => next(name === "uqr" ? "nobody-has-it" : name, context) });`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--import", hook, main, "pair", "--help"], {
    encoding: "utf8",
  });
  expect({ status, stdout, stderr }).toEqual({
    status: 1,
    stdout: "",
    stderr: "oxy: package nobody-has-it is not installed: npm ci installs what commands need\n",
  });
});
