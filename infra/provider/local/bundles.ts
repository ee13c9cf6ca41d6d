import { readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { emulatedServices } from "../../home.ts";
import { bundleDirectory, bundlesOf } from "../../image.ts";
import { readRecord } from "../../supervisor/record.ts";
import { KEPT } from "../release.ts";
import { servicesFolder } from "./places.ts";

/** Beside a bundle, which must not change: that it was deployed, and when for the last time. */
const MARK = ".deployed";
/** Ms in which whoever built a bundle starts it, or never will. */
const DEPLOYING_MS = 600_000;

/** Notes that an image was deployed just now: the ones deployed last are kept. */
export async function markDeployed(home: string, image: string): Promise<void> {
  await writeFile(`${bundleDirectory(home, image)}${MARK}`, "");
}

/**
 * Removes the bundles that no process runs, but for the last ones deployed and what somebody may be about to deploy;
 * all of them when nothing runs here. Those that a preview built, or that never became ready, displace none that can
 * be gone back to.
 */
export async function pruneBundles(home: string): Promise<void> {
  const used = await imagesInUse(home);
  if (used.size === 0) return await rm(bundlesOf(home), { recursive: true, force: true });
  const bundles = await bundlesIn(home);
  const deployed = bundles
    .filter((bundle) => bundle.deployed !== undefined)
    .toSorted((one, other) => (other.deployed ?? 0) - (one.deployed ?? 0));
  const kept = new Set(
    [
      ...bundles.filter(({ name }) => used.has(`sha256:${name}`)),
      ...deployed.slice(0, KEPT),
      ...bundles.filter((one) => one.deployed === undefined && Date.now() - one.built < DEPLOYING_MS),
    ].map(({ name }) => name),
  );
  const names = await readdir(bundlesOf(home)).catch(() => []);
  const gone = names.filter(
    (name) => /^[0-9a-f]{64}([.]deployed)?$/.test(name) && !kept.has(name.slice(0, 64)),
  );
  await Promise.all(gone.map((name) => rm(join(bundlesOf(home), name), { recursive: true, force: true })));
}

interface Bundle {
  readonly name: string;
  /** Ms since the epoch. */
  readonly built: number;
  readonly deployed: number | undefined;
}

async function bundlesIn(home: string): Promise<Bundle[]> {
  const names = await readdir(bundlesOf(home)).catch(() => []);
  const timeOf = async (name: string): Promise<number | undefined> =>
    await stat(join(bundlesOf(home), name)).then(
      ({ mtimeMs }) => mtimeMs,
      () => undefined,
    );
  const digests = names.filter((name) => /^[0-9a-f]{64}$/.test(name));
  return await Promise.all(
    digests.map(async (name) => ({
      name,
      built: (await timeOf(name)) ?? 0,
      deployed: await timeOf(`${name}${MARK}`),
    })),
  );
}

/** By digest: emulated hosts know them as images of a registry. */
async function imagesInUse(home: string): Promise<ReadonlySet<string>> {
  const each = [servicesFolder(home), emulatedServices(home)].map(async (services) => {
    const records = (await readdir(services, { recursive: true }).catch(() => [])).filter((path) =>
      path.endsWith("record.json"),
    );
    return await Promise.all(
      records.map(async (path) => (await readRecord(join(services, path, "..")))?.labels["image"]),
    );
  });
  const images = (await Promise.all(each)).flat().filter((image) => image !== undefined);
  return new Set(images.map((image) => image.replace(/^.*@/, "")));
}
