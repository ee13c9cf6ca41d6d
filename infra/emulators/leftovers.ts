import { readdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { recordPath } from "../supervisor/record.ts";
import { stopService } from "../supervisor/stop-service.ts";

/**
 * Kills what runs in a folder of emulated services, and removes it: what emulators that were killed left, which
 * nobody needs any more.
 */
export async function endLeftovers(folder: string): Promise<void> {
  const paths = await readdir(folder, { recursive: true }).catch(() => []);
  const services = paths
    .map((path) => join(folder, path))
    .filter((path) => path === recordPath(dirname(path)))
    .map((path) => dirname(path));
  await Promise.all(services.map((service) => stopService(service, { graceSeconds: 0 })));
  await rm(folder, { recursive: true, force: true });
}
