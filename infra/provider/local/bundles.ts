import { readdir, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { bundleDirectory, bundlesOf } from "../../image.ts";
import { readRecord } from "../../supervisor/record.ts";
import { KEPT } from "../release.ts";

/** Notes that an image was deployed just now: the ones deployed last are kept. */
export async function markDeployed(home: string, image: string): Promise<void> {
  const now = new Date();
  await utimes(bundleDirectory(home, image), now, now);
}

/** Removes the bundles that no process runs, but for the last ones deployed; all of them when nothing runs here. */
export async function pruneBundles(home: string): Promise<void> {
  const used = await imagesInUse(home);
  const kept = used.size === 0 ? 0 : KEPT;
  const names = await readdir(bundlesOf(home)).catch(() => []);
  const bundles = await Promise.all(
    names
      .filter((name) => /^[0-9a-f]{64}$/.test(name))
      .map(async (name) => ({ name, deployed: (await stat(join(bundlesOf(home), name))).mtimeMs })),
  );
  const old = bundles.toSorted((one, other) => other.deployed - one.deployed).slice(kept);
  await Promise.all(
    old
      .filter(({ name }) => !used.has(`sha256:${name}`))
      .map(({ name }) => rm(join(bundlesOf(home), name), { recursive: true, force: true })),
  );
}

async function imagesInUse(home: string): Promise<ReadonlySet<string>> {
  const services = join(home, "services");
  const records = (await readdir(services, { recursive: true }).catch(() => [])).filter((path) =>
    path.endsWith("record.json"),
  );
  const images = await Promise.all(
    records.map(async (path) => (await readRecord(join(services, path, "..")))?.labels["image"]),
  );
  return new Set(images.filter((image) => image !== undefined));
}
