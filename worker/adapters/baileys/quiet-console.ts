import type { Logger } from "../../runtime/logging.ts";

const METHODS = ["debug", "dir", "error", "info", "log", "trace", "warn"] as const;
/** Enough to recognise "Closing session:", too little for a key. */
const WORDS = 40;

/**
 * libsignal prints whole session objects, private keys included, through `console.info`
 * (session_record.js:273). Nothing of ours uses the console, so all of it is reduced to its first words.
 */
export function quietConsole(log: Logger): void {
  for (const method of METHODS) {
    console[method] = (...args: unknown[]): void => {
      const [first] = args;
      log.debug("console", {
        method,
        words: typeof first === "string" ? first.slice(0, WORDS) : typeof first,
      });
    };
  }
}
