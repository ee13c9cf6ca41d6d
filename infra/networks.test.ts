import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { modulesLoadedBy, packagesAmong } from "./modules-fixture.ts";
import { networkNamed, networks } from "./networks.ts";

const folder = fileURLToPath(new URL("networks/", import.meta.url));

test("every folder is a network, of the kind that it is registered as", () => {
  const folders = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(Object.keys(networks).toSorted()).toEqual(folders.map(({ name }) => name).toSorted());
  expect(Object.values(networks).map(({ kind }) => kind)).toEqual(Object.keys(networks));
});

test("one that there is not is refused", () => {
  expect(() => networkNamed("token-ring")).toThrow("no network is of kind token-ring");
});

describe.each(Object.values(networks))("network $kind", ({ kind, deployment }) => {
  test("can be deployed", async () => {
    expect((await deployment()).deployNetwork).toBeInstanceOf(Function);
  });

  test("is planned without the SDK of a cloud", () => {
    const packages = packagesAmong(modulesLoadedBy(`${folder}${kind}/plan.ts`));
    expect(packages.filter((name) => /pulumi|cdktf|aws/.test(name))).toEqual([]);
  });
});
