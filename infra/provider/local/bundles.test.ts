import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { bundleDirectory } from "../../image.ts";
import { markDeployed, pruneBundles } from "./bundles.ts";

const HOUR_SECONDS = 3_600;

interface Home {
  readonly folder: string;
  /** Keeps a bundle that was built and, unless told otherwise, deployed so many hours ago. */
  bundle(digit: string, hours: number, deployed?: boolean): Promise<void>;
  /** A process on this machine runs it, or a container of an emulated host. */
  runs(digit: string, emulated?: boolean): Promise<void>;
  /** Digits of the bundles that are there. */
  kept(): string[];
}

async function home(): Promise<Home> {
  const folder = await mkdtemp(join(tmpdir(), "bundles-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const reference = (digit: string): string => `sha256:${digit.repeat(64)}`;
  return {
    folder,
    async bundle(digit, hours, deployed = true) {
      const path = bundleDirectory(folder, reference(digit));
      await mkdir(path, { recursive: true });
      await writeFile(join(path, "main.mjs"), "");
      if (deployed) await markDeployed(folder, reference(digit));
      const seconds = Date.now() / 1000 - hours * HOUR_SECONDS;
      for (const each of deployed ? [path, `${path}.deployed`] : [path]) await utimes(each, seconds, seconds);
    },
    async runs(digit, emulated = false) {
      const place = emulated ? "emulated/moon/containers/main-all-1" : "services/stack/main-all/1";
      const service = join(folder, place);
      await mkdir(service, { recursive: true });
      const identity = { pid: 2, startToken: "" };
      const stop = { signal: "SIGTERM", graceSeconds: 1 };
      const record = {
        version: 1,
        supervisor: identity,
        child: null,
        stop,
        labels: { image: `${emulated ? "offline.invalid/oxy-worker@" : ""}${reference(digit)}` },
      };
      await writeFile(join(service, "record.json"), JSON.stringify(record));
    },
    kept: () =>
      [..."0123456789abcdef"].filter((digit) => existsSync(bundleDirectory(folder, reference(digit)))),
  };
}

test("the five that were deployed last are kept, and whatever runs", async () => {
  const { bundle, runs, kept, folder } = await home();
  await bundle("0", 9);
  for (const digit of "123456") await bundle(digit, 8 - Number(digit));
  await runs("0");
  await pruneBundles(folder);
  expect(kept()).toEqual(["0", "2", "3", "4", "5", "6"]);
  expect(await readdir(join(folder, "images"))).toHaveLength(12);
});

test("so is what an emulated host runs", async () => {
  const { bundle, runs, kept, folder } = await home();
  await bundle("0", 9, false);
  await bundle("1", 9, false);
  await runs("0", true);
  await pruneBundles(folder);
  expect(kept()).toEqual(["0"]);
});

test("those that were never deployed displace none; one built just now may be about to be", async () => {
  const { bundle, runs, kept, folder } = await home();
  for (const digit of "12") await bundle(digit, 5 - Number(digit));
  for (const digit of "345678") await bundle(digit, 1, false);
  await bundle("9", 0, false);
  await runs("2");
  await pruneBundles(folder);
  expect(kept()).toEqual(["1", "2", "9"]);
});

test("when nothing runs, none is kept", async () => {
  const { bundle, kept, folder } = await home();
  await bundle("1", 1);
  await bundle("2", 0, false);
  await pruneBundles(folder);
  expect(kept()).toEqual([]);
  expect(await readdir(folder)).not.toContain("images");
});
