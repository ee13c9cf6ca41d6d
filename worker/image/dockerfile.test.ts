import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import manifest from "../package.json" with { type: "json" };
import { BUILD_TARGET } from "./compile.ts";

const text = (file: string): string =>
  readFileSync(fileURLToPath(new URL(`../../${file}`, import.meta.url)), "utf8");

test("the image, the bundle and the worker's manifest agree on the Node they are for", () => {
  const wanted = /^>=(\d+)$/.exec(manifest.engines.node)?.[1];
  expect(wanted).toBeDefined();
  expect(/^ARG BASE_IMAGE=node:(\d+)-/m.exec(text("Dockerfile"))?.[1]).toBe(wanted);
  expect(BUILD_TARGET).toBe(`node${wanted}`);
  expect(manifest.devDependencies.node.split(".")[0]).toBe(wanted);
});
