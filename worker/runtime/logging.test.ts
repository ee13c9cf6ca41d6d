import { randomBytes } from "node:crypto";
import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { loadConfig } from "../config.ts";
import { createLogger, errorFields } from "./logging.ts";
import type { Logger, LogFields } from "./logging.ts";

const encryptionKey = randomBytes(32).toString("base64");
const environment = {
  REDIS_URL: "redis://:redis-password@localhost",
  OXY_ENCRYPTION_KEYS: `k1:${encryptionKey}`,
  OPENAI_API_KEY: "sk-api-key",
  OXY_BOARD_PASSWORD: "board-password",
};

function logTo(env: NodeJS.ProcessEnv = {}): {
  log: Logger;
  lines(): Record<string, unknown>[];
  raw(): string;
} {
  const output = new PassThrough();
  const log = createLogger(loadConfig({ ...environment, ...env }), output);
  let written = "";
  const raw = (): string => (written += ((output.read() as Buffer | null) ?? "").toString());
  const lines = () =>
    raw()
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  return { log, raw, lines };
}

test("a line is one JSON object with timestamp, level, message and the fields", () => {
  const { log, lines } = logTo();
  log.info("shard acquired", { shard: 7, epoch: "12", first: true, missing: undefined });
  expect(lines()).toEqual([
    {
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      level: "info",
      message: "shard acquired",
      shard: 7,
      epoch: "12",
      first: true,
    },
  ]);
});

test("levels below the configured one are not logged", () => {
  const { log, lines } = logTo({ OXY_LOG_LEVEL: "warn" });
  log.debug("a");
  log.info("b");
  log.warn("c");
  log.error("d");
  expect(lines().map(({ message }) => message)).toEqual(["c", "d"]);
});

test("an error is told with its name, message and stack", () => {
  const { log, lines } = logTo();
  log.error("turn failed", { organization: "acme", ...errorFields(new RangeError("out of range")) });
  expect(lines()).toEqual([
    expect.objectContaining({
      organization: "acme",
      errorName: "RangeError",
      errorMessage: "out of range",
      errorStack: expect.stringContaining("logging.test.ts"),
    }),
  ]);
});

test("what was thrown without being an error is told too", () => {
  const { log, lines } = logTo();
  log.warn("turn failed", errorFields("gone"));
  expect(lines()[0]).toMatchObject({ errorName: "string", errorMessage: "gone" });
});

test("configured secrets are cut out wherever they turn up", () => {
  const { log, raw } = logTo();
  const secrets = ["redis-password", encryptionKey, "sk-api-key", "board-password"];
  for (const secret of secrets) {
    log.error(`event with ${secret}`, {
      words: `has ${secret}`,
      ...errorFields(new Error(`bad: ${secret}`)),
    });
  }
  const written = raw();
  expect(written.split("\n").filter(Boolean)).toHaveLength(secrets.length);
  for (const secret of secrets) expect(written).not.toContain(secret);
});

test.each(["text", "message", "body", "content", "prompt", "accessToken", "Authorization", "qr"])(
  "a field named %s is withheld, and the event stays",
  (name) => {
    const { log, lines, raw } = logTo();
    log.info("something happened", { [name]: "Oi, tudo bem?" });
    expect(lines()[0]).toMatchObject({ message: "something happened", level: "info" });
    expect(raw()).toContain("[withheld]");
    expect(raw()).not.toContain("tudo bem");
  },
);

test("an object that slips past the types is withheld", () => {
  const { log, raw } = logTo();
  log.info("stanza", { node: { text: "Oi, tudo bem?" } } as unknown as LogFields);
  expect(raw()).toContain('"node":"[withheld]"');
});

test("a field cannot take the place of level or timestamp, and has an end", () => {
  const { log, lines } = logTo();
  log.info("long", { level: "error", timestamp: "never", words: "x".repeat(10_000) });
  expect(lines()[0]).toMatchObject({
    level: "info",
    timestamp: expect.stringMatching(/Z$/),
    words: "x".repeat(500),
  });
});
