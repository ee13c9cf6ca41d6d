import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { PROFILES } from "./profiles.ts";
import { InvalidConfig, loadConfig, secretsOf } from "./config.ts";
import { configurationPage } from "./dev/configuration-page.ts";
import { environmentShape, WHATSAPP_TRUST_ROOT, WHATSAPP_URL } from "./environment.ts";

const encryptionKey = randomBytes(32).toString("base64");
const least = {
  REDIS_URL: "redis://localhost:6379",
  OXY_ENCRYPTION_KEYS: `k1:${encryptionKey}`,
  OPENAI_API_KEY: "sk-secret-of-the-test",
};

function problemsOf(env: NodeJS.ProcessEnv): string[] {
  try {
    loadConfig(env);
  } catch (error) {
    if (error instanceof InvalidConfig)
      return error.message
        .split("\n")
        .slice(1)
        .map((line) => line.trim());
    throw error;
  }
  return [];
}

describe("what is required is enough", () => {
  test("everything else has a default", () => {
    expect(loadConfig(least)).toEqual({
      environment: "development",
      role: "all",
      fleet: "default",
      place: undefined,
      image: undefined,
      namespace: "oxy",
      redis: { url: "redis://localhost:6379" },
      encryptionKeys: [{ id: "k1", key: Buffer.from(encryptionKey, "base64") }],
      ai: {
        apiKey: "sk-secret-of-the-test",
        baseUrl: "https://api.openai.com/v1",
        model: "gpt-4o-mini",
        timeoutMs: 30_000,
        attempts: 3,
        backoffMs: 1_500,
        patienceMs: 120_000,
        maxTokens: 2_000,
        auroraModel: "gpt-4o-mini",
        prices: new Map(),
      },
      replies: { objectiveMs: 5_000, concurrency: 50 },
      whatsapp: { url: WHATSAPP_URL, trustRoot: WHATSAPP_TRUST_ROOT, ackTimeoutMs: 15_000 },
      profile: PROFILES.standard,
      sessions: { leaseSeconds: 15 },
      shutdown: { drainSeconds: 25 },
      port: undefined,
      health: { port: 3001 },
      board: { port: 3002, password: undefined },
      admin: { token: undefined },
      metrics: { destination: "none", namespace: "Oxy/oxy", everySeconds: 60, token: undefined },
      alerts: { everySeconds: 60, webhook: undefined, organization: undefined, rules: {} },
      rate: { perSecond: 10, burst: 20 },
      api: { tokens: [] },
      automations: { backoffMs: 5_000, webhookPrivate: false, webhookTimeoutMs: 10_000 },
      cron: { healthCheckSeconds: 900, summaryAt: "18:00", opportunitiesAt: "09:00" },
      log: { level: "info" },
    });
  });

  test("an empty string counts as unset", () => {
    expect(loadConfig({ ...least, OXY_ROLE: "", PORT: "", OXY_BOARD_PASSWORD: "" })).toEqual(
      loadConfig(least),
    );
  });

  test("the web role needs no key of the AI", () => {
    expect(loadConfig({ ...least, OXY_ROLE: "web", OPENAI_API_KEY: "" }).ai.apiKey).toBeUndefined();
  });

  test.each(["worker", "all"])("the %s role needs one", (role) => {
    expect(problemsOf({ ...least, OXY_ROLE: role, OPENAI_API_KEY: "" })).toEqual([
      "OPENAI_API_KEY: expected a key, in the roles worker and all, got nothing",
    ]);
  });

  test("several encryption keys keep their order", () => {
    const env = {
      ...least,
      OXY_ENCRYPTION_KEYS: `new:${randomBytes(32).toString("base64")}, k1:${encryptionKey}`,
    };
    expect(loadConfig(env).encryptionKeys.map(({ id }) => id)).toEqual(["new", "k1"]);
  });

  test("where it runs and what was started is said by its deployment", () => {
    const image = `ghcr.io/acme/worker@sha256:${"ab".repeat(32)}`;
    expect(loadConfig({ ...least, OXY_PLACE: "fly/gru", OXY_IMAGE: image })).toMatchObject({
      place: "fly/gru",
      image,
    });
  });

  test("a lease may be a fraction of seconds", () => {
    expect(loadConfig({ ...least, OXY_LEASE_SECONDS: "1.5" }).sessions.leaseSeconds).toBe(1.5);
  });

  test.each([
    [undefined, 15],
    ["economy", 45],
    ["fast-failover", 3],
  ])("profile %s has a lease of %i s, unless told", (OXY_PROFILE, leaseSeconds) => {
    const environment = { ...least, ...(OXY_PROFILE === undefined ? {} : { OXY_PROFILE }) };
    expect(loadConfig(environment).sessions.leaseSeconds).toBe(leaseSeconds);
    expect(loadConfig({ ...environment, OXY_LEASE_SECONDS: "7" }).sessions.leaseSeconds).toBe(7);
  });
});

describe("alerts", () => {
  const alerts = (env: NodeJS.ProcessEnv) => loadConfig({ ...least, ...env }).alerts;

  test("go to a webhook that is signed", () => {
    const env = { OXY_ALERT_WEBHOOK: "https://alerts.example/oxy", OXY_ALERT_SECRET: "s".repeat(16) };
    expect(alerts(env).webhook).toEqual({ url: env.OXY_ALERT_WEBHOOK, secret: env.OXY_ALERT_SECRET });
    expect(() => alerts({ OXY_ALERT_WEBHOOK: env.OXY_ALERT_WEBHOOK })).toThrow(
      "OXY_ALERT_SECRET: expected 16 to 200 characters, got nothing",
    );
  });

  test("have other bounds where a deployment says so", () => {
    expect(
      alerts({ OXY_ALERT_RULES: '{"depth": {"from": 300}, "redis-evictions": {"off": true}}' }).rules,
    ).toEqual({
      depth: { from: 300 },
      "redis-evictions": { off: true },
    });
  });

  test.each(["depth", "[]", '{"deep": {"off": true}}', '{"depth": {"above": 3}}', '{"depth": {"from": -1}}'])(
    "with the bounds %s are refused",
    (rules) => {
      expect(() => alerts({ OXY_ALERT_RULES: rules })).toThrow(
        /^ {2}OXY_ALERT_RULES: expected JSON of the rules/m,
      );
    },
  );
});

describe("metrics", () => {
  test("are under the deployment's namespace, or another one", () => {
    const metrics = (env: NodeJS.ProcessEnv) =>
      loadConfig({ ...least, OXY_METRICS: "cloudwatch", ...env }).metrics;
    const common = { destination: "cloudwatch", everySeconds: 60 };
    expect(metrics({ OXY_NAMESPACE: "shop" })).toEqual({ ...common, namespace: "Oxy/shop" });
    expect(metrics({ OXY_METRICS_NAMESPACE: "Acme/Workers" })).toEqual({
      ...common,
      namespace: "Acme/Workers",
    });
  });

  test.each(["AWS/ECS", "/Oxy", "Oxy shop", "ação", "x".repeat(256)])(
    "are refused under %s, which CloudWatch does not take or keeps for itself",
    (namespace) => {
      expect(problemsOf({ ...least, OXY_METRICS_NAMESPACE: namespace })).toEqual([
        expect.stringMatching(/^OXY_METRICS_NAMESPACE: expected 1 to 255 of .* not with AWS\/, got "/),
      ]);
    },
  );

  test("go nowhere else, and not more seldom than alarms look", () => {
    expect(problemsOf({ ...least, OXY_METRICS: "datadog", OXY_METRICS_SECONDS: "300" })).toEqual([
      'OXY_METRICS: expected none, cloudwatch, got "datadog"',
      'OXY_METRICS_SECONDS: expected an integer from 1 to 60, got "300"',
    ]);
  });
});

describe("what is wrong is told at once, without secrets", () => {
  test("a line for each problem: key, expected, got", () => {
    expect(
      problemsOf({
        REDIS_URL: "http://:hunter2@redis",
        OXY_ROLE: "boss",
        OXY_CONCURRENCY: "0x10",
        NODE_ENV: "production",
        OXY_WHATSAPP_URL: "ws://localhost:1",
      }),
    ).toEqual([
      'OXY_ROLE: expected worker, web, all, got "boss"',
      "REDIS_URL: expected redis://… or rediss://…, got a value of 21 characters",
      expect.stringMatching(/^OXY_ENCRYPTION_KEYS: expected id:base64 of 32 bytes.*, got nothing$/),
      'OXY_CONCURRENCY: expected an integer from 1 to 1000, got "0x10"',
      'OXY_WHATSAPP_URL: expected a ws or wss URL; in production WhatsApp\'s own, got "ws://localhost:1"',
    ]);
  });

  test.each([
    ["too short a key", `k1:${randomBytes(16).toString("base64")}`],
    ["no id", encryptionKey],
    ["the same id twice", `k1:${encryptionKey},k1:${encryptionKey}`],
    ["a trailing comma", `k1:${encryptionKey},`],
  ])("encryption keys with %s are refused unprinted", (_, value) => {
    const [problem, ...others] = problemsOf({ ...least, OXY_ENCRYPTION_KEYS: value });
    expect(others).toEqual([]);
    expect(problem).toMatch(/^OXY_ENCRYPTION_KEYS: /);
    expect(problem).toContain(`got a value of ${value.length} characters`);
    expect(problem).not.toContain(encryptionKey);
  });

  test("a token that is short, or hard to put into a header, is refused unprinted", () => {
    expect(problemsOf({ ...least, OXY_ADMIN_TOKEN: "ação" })).toEqual([
      expect.stringMatching(/^OXY_ADMIN_TOKEN: expected 32 to 200 of .*, got a value of 4 characters$/),
    ]);
  });

  test("webhooks to private addresses are refused in production", () => {
    const production = { ...least, NODE_ENV: "production" };
    expect(problemsOf({ ...production, OXY_WEBHOOK_PRIVATE: "allow" })).toEqual([
      'OXY_WEBHOOK_PRIVATE: expected refuse, or outside production allow, got "allow"',
    ]);
    expect(loadConfig(production).automations.webhookPrivate).toBe(false);
    expect(loadConfig({ ...least, OXY_WEBHOOK_PRIVATE: "allow" }).automations.webhookPrivate).toBe(true);
  });

  test("a place without a region is refused", () => {
    expect(problemsOf({ ...least, OXY_PLACE: "fly" })).toEqual([
      "OXY_PLACE: expected host/region, each of a-z, 0-9 and '-', got \"fly\"",
    ]);
  });

  test("an unknown key of ours is refused with the nearest name", () => {
    expect(problemsOf({ ...least, OXY_CONCURENCY: "9" })).toEqual([
      "OXY_CONCURENCY: expected a known key (the nearest is OXY_CONCURRENCY), got an unknown one",
    ]);
  });

  test("keys of others are ignored", () => {
    expect(problemsOf({ ...least, PATH: "/bin", OXYGEN: "1" })).toEqual([]);
  });
});

describe("production talks to WhatsApp only", () => {
  const simulator = { OXY_WHATSAPP_URL: "ws://localhost:1", OXY_WHATSAPP_TRUST_ROOT: "ab".repeat(32) };

  test("a simulator is accepted in development", () => {
    expect(problemsOf({ ...least, ...simulator })).toEqual([]);
  });

  test.each(Object.entries(simulator))("%s other than WhatsApp's own is refused", (key, value) => {
    expect(problemsOf({ ...least, NODE_ENV: "production", [key]: value })).toEqual([
      expect.stringMatching(new RegExp(`^${key}: expected .*WhatsApp's own, got "${value}"$`)),
    ]);
  });
});

test("every secret is known, so that it can be cut out of logs", () => {
  const adminToken = "token-of-the-admin-api-in-this-test";
  const env = {
    ...least,
    REDIS_URL: "rediss://user:p%40ss@host:6379",
    OXY_BOARD_PASSWORD: "board-password",
    OXY_ADMIN_TOKEN: adminToken,
  };
  expect(secretsOf(loadConfig(env)).toSorted()).toEqual(
    [encryptionKey, "p%40ss", "p@ss", "sk-secret-of-the-test", "board-password", adminToken].toSorted(),
  );
});

describe("docs/configuration.md", () => {
  test("has a row for each key", () => {
    for (const key of Object.keys(environmentShape))
      expect(configurationPage()).toContain(`\n| \`${key}\` | `);
  });

  test("is what the schema says", () => {
    expect(readFileSync(new URL("../docs/configuration.md", import.meta.url), "utf8")).toBe(
      configurationPage(),
    );
  });
});
