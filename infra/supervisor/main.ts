import { text } from "node:stream/consumers";
import { claim, type Claim } from "./claim.ts";
import type { Order, Report } from "./order.ts";
import { isAlive } from "./process-identity.ts";
import { readRecord } from "./record.ts";
import { supervise } from "./supervise.ts";

/** The supervisor of one service: `node main.ts <directory>`, with its order on the standard input. */
async function main(directory: string): Promise<number> {
  const stopping = new AbortController();
  // From the first moment on: whoever stops it early must not leave a child.
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => stopping.abort());
  process.on("SIGHUP", () => {});
  // Its own log may be on a full disk.
  process.stderr.on("error", () => {});

  const order = parsed(await text(process.stdin));
  if (order === undefined) {
    await report({ kind: "failed", reason: "the order was cut off: its sender died" });
    return 1;
  }
  let claimed: Claim | undefined;
  try {
    claimed = claim(directory);
    const taken = claimed === undefined ? "a service already runs there" : await orphanIn(directory);
    if (taken !== undefined) {
      await report({ kind: "taken", reason: taken });
      return 1;
    }
    await supervise(directory, order, stopping.signal, (record) => void report({ kind: "running", record }));
    return 0;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    await report({ kind: "failed", reason: error instanceof Error ? error.message : String(error) });
    return 1;
  } finally {
    claimed?.release();
  }
}

function parsed(json: string): Order | undefined {
  try {
    return JSON.parse(json) as Order;
  } catch {
    return undefined;
  }
}

/** What a killed supervisor left must not run twice. */
async function orphanIn(directory: string): Promise<string | undefined> {
  const child = (await readRecord(directory))?.child ?? null;
  if (child === null || !isAlive(child)) return undefined;
  return `process ${child.pid} of the service still runs there without its supervisor; stop it first`;
}

/** The starter may be gone: then nobody is told, and the service runs all the same. */
async function report(answer: Report): Promise<void> {
  if (!process.connected) return;
  await new Promise<void>((resolve) => {
    process.send?.(answer, undefined, undefined, () => resolve());
  });
  if (process.connected) process.disconnect();
}

const directory = process.argv[2];
if (directory === undefined) throw new Error("expected the directory of the service");
// At once: a grandchild may hold on to the output of a run that ended.
process.exit(await main(directory));
