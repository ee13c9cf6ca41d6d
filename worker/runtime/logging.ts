import { createLogger as createWinston, format, transports } from "winston";
import { secretsOf } from "../config.ts";
import type { Config } from "../config.ts";

/** Ids, counts and fixed words. What people write, keys and secrets have no place here. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** `event` is a fixed phrase; whatever varies is a field. An error goes in as {@link errorFields}. */
type Log = (event: string, fields?: LogFields) => void;

export interface Logger {
  readonly error: Log;
  readonly warn: Log;
  readonly info: Log;
  readonly debug: Log;
}

/** Characters of a field that are kept. */
const FIELD_LIMIT = 500;
const STACK_LIMIT = 4_000;
/** Fields that would carry what people write, or secrets, whoever adds them. */
const WITHHELD =
  /^(text|body|content|caption|conversation|message|messages|prompt|answer|reply|payload|qr|creds|credentials)$|(password|secret|token|apikey|api_key|authorization|privatekey|private_key)$/i;
/** Winston's own; a field of that name would replace them. */
const OWN_FIELDS = new Set(["level", "message", "timestamp"]);

/** One JSON object a line: timestamp, level, message (the event) and the fields. */
export function createLogger(config: Config, output: NodeJS.WritableStream = process.stdout): Logger {
  const secrets = secretsOf(config);
  const winston = createWinston({
    level: config.log.level,
    format: format.combine(format.timestamp(), format.json()),
    transports: [new transports.Stream({ stream: output })],
  });
  const logAt =
    (level: keyof Logger): Log =>
    (event, fields = {}) => {
      winston.log({ ...safe(fields, secrets), level, message: withoutSecrets(event, secrets) });
    };
  return { error: logAt("error"), warn: logAt("warn"), info: logAt("info"), debug: logAt("debug") };
}

/** An error as fields: its name, message and stack. */
export function errorFields(error: unknown): LogFields {
  if (!(error instanceof Error)) return { errorName: typeof error, errorMessage: String(error) };
  return { errorName: error.name, errorMessage: error.message, errorStack: error.stack };
}

function safe(fields: LogFields, secrets: readonly string[]): LogFields {
  const entries = Object.entries(fields).map(([name, value]): [string, LogFields[string]] => {
    const key = OWN_FIELDS.has(name) ? `${name}_` : name;
    // The type lets nothing else through; what comes untyped from a library must not either.
    const plain = ["string", "number", "boolean", "undefined"].includes(typeof value);
    if (!plain || WITHHELD.test(name)) return [key, "[withheld]"];
    if (typeof value !== "string") return [key, value];
    const limit = name === "errorStack" ? STACK_LIMIT : FIELD_LIMIT;
    return [key, withoutSecrets(value, secrets).slice(0, limit)];
  });
  return Object.fromEntries(entries);
}

function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets.reduce((cut, secret) => cut.replaceAll(secret, "[secret]"), text);
}
