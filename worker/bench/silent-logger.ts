import type { Logger } from "../runtime/logging.ts";

/** Says only what must not happen while something is measured. */
export const silentLogger: Logger = {
  error: (event, fields) => process.stderr.write(`${event} ${JSON.stringify(fields ?? {})}\n`),
  warn: () => {},
  info: () => {},
  debug: () => {},
};
