import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test } from "vitest";
import { modulesLoadedBy, packagesAmong } from "../modules-fixture.ts";

const oxy = fileURLToPath(new URL("../cli/main.ts", import.meta.url));
const IMAGE = `ghcr.io/acme/oxy-worker@sha256:${"ab".repeat(32)}`;
const folder = mkdtempSync(join(tmpdir(), "synth-"));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("CDKTF is loaded to express a stack, and not to say how that is done", () => {
  const packages = packagesAmong(modulesLoadedBy(oxy, ["synth", "--help"]));
  expect(packages.filter((name) => /cdk|constructs|pulumi/.test(name))).toEqual([]);
});

test("of its provider only the resources that there are, and nothing of Pulumi", () => {
  // What a command prints comes before what it loaded.
  const modules = modulesLoadedBy(oxy, ["synth", "--example", "aws-minimal", "--image", IMAGE, "-o", folder]);
  expect(packagesAmong(modules)).toContain("cdktf");
  const resources = modules.flatMap((url) => /provider-aws\/lib\/(.*)$/.exec(url)?.[1] ?? []);
  expect(resources).toContain("ecs-service/index.js");
  expect(resources).not.toContain("index.js");
  expect(resources.length).toBeLessThan(150);
  expect(packagesAmong(modules).filter((name) => name.startsWith("@pulumi"))).toEqual([]);
});
