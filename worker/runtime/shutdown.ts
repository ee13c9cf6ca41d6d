import type { Logger } from "./logging.ts";

const SIGNALS = ["SIGTERM", "SIGINT"] as const;
/** As a shell reports a process that a signal ended. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

/** Resolves at the first signal to stop; the second one ends the process at once. Fly sends SIGINT, the others SIGTERM. */
export function untilStopped(log: Logger): Promise<undefined> {
  return new Promise((resolve) => {
    let stopping = false;
    for (const signal of SIGNALS) {
      process.on(signal, () => {
        log.info("signal", { signal });
        if (stopping) process.exit(EXIT_CODES[signal]);
        stopping = true;
        resolve(undefined);
      });
    }
  });
}
