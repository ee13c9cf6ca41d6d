import type { Logger } from "../../runtime/logging.ts";

/** As Baileys' `ILogger`, which its index does not export. */
interface BaileysLogger {
  level: string;
  child(fields: Record<string, unknown>): BaileysLogger;
  trace(fields: unknown, message?: string): void;
  debug(fields: unknown, message?: string): void;
  info(fields: unknown, message?: string): void;
  warn(fields: unknown, message?: string): void;
  error(fields: unknown, message?: string): void;
}

/**
 * Baileys logs handshakes, stanzas and credentials as objects. Only its message strings pass, and only from
 * `warn` upwards; they are its own fixed words and ids.
 */
export function quietLogger(log: Logger, organization: string): BaileysLogger {
  const nothing = (): void => {};
  const pass = (level: string) => (fields: unknown, message?: string) => {
    log.debug("baileys", {
      organization,
      level,
      words: message ?? (typeof fields === "string" ? fields : undefined),
    });
  };
  const logger: BaileysLogger = {
    level: "warn",
    child: () => logger,
    trace: nothing,
    debug: nothing,
    info: nothing,
    warn: pass("warn"),
    error: pass("error"),
  };
  return logger;
}
