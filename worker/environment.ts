import { z } from "zod";
import { parsePrices } from "./adapters/openai/prices.ts";
import {
  choice,
  decimal,
  docOfValue,
  integer,
  parseApiTokens,
  parseRules,
  parseSealingKeys,
  parsed,
  port,
  portNumber,
  required,
  seconds,
  text,
  withDefault,
  type KeyDoc,
} from "./environment-values.ts";
import { organizationId, TIME_OF_DAY } from "./sessions/organization.ts";

export const WHATSAPP_URL = "wss://web.whatsapp.com/ws/chat";
/** Public key that signs the certificate of WhatsApp's servers: WA_CERT_DETAILS.PUBLIC_KEY of Baileys 7.0.0-rc14. */
export const WHATSAPP_TRUST_ROOT = "142375574d0a587166aae71ebe516437c4a28b73e3695c6ce1f7f9545da8ee6b";

export function docOf(key: EnvironmentKey): KeyDoc {
  return docOfValue(environmentShape[key], key);
}

export const environmentShape = {
  NODE_ENV: choice(
    ["development", "test", "production"],
    "development",
    "`production` refuses to talk to anything but WhatsApp itself.",
  ),
  OXY_ROLE: choice(
    ["worker", "web", "all"],
    "all",
    "`worker` holds sessions and answers, `web` serves the API and the board, `all` does both.",
  ),
  OXY_FLEET: text(
    /^[a-z0-9-]{1,40}$/,
    "1 to 40 of a-z, 0-9 and '-'",
    "default",
    "The fleet this process is part of: those of one fleet, place and image share the WhatsApp numbers.",
  ),
  OXY_NAMESPACE: text(
    /^[a-z0-9-]{1,40}$/,
    "1 to 40 of a-z, 0-9 and '-'",
    "oxy",
    "Separates deployments that share a Redis.",
  ),
  OXY_PLACE: required(
    z
      .string()
      .regex(/^[a-z0-9-]{1,40}\/[a-z0-9-]{1,60}$/)
      .optional(),
    {
      about: "Where its host runs it: `oxy up` waits until a process says so in the store.",
      expected: "host/region, each of a-z, 0-9 and '-'",
    },
  ),
  OXY_IMAGE: required(
    z
      .string()
      .regex(/^\S{1,500}$/)
      .optional(),
    {
      about: "The image it was started from, by its reference.",
      expected: "1 to 500 characters without a space",
    },
  ),
  REDIS_URL: required(z.url({ protocol: /^rediss?$/ }), {
    about: "The store of conversations, sessions and queues.",
    expected: "redis://… or rediss://…",
    required: "always",
    secret: true,
  }),
  OXY_ENCRYPTION_KEYS: required(parsed(parseSealingKeys), {
    about: "AES-256 keys for what the store keeps of people. The first one seals, all of them open.",
    expected: "id:base64 of 32 bytes, comma separated, each id once (`openssl rand -base64 32`)",
    required: "always",
    secret: true,
  }),
  OPENAI_API_KEY: required(z.string().optional(), {
    about: "Key of the AI's API.",
    expected: "a key, in the roles worker and all",
    required: "in the roles worker and all",
    secret: true,
  }),
  OPENAI_BASE_URL: withDefault(z.url({ protocol: /^https?$/ }), "https://api.openai.com/v1", {
    about: "Any API that speaks OpenAI's chat completions.",
    expected: "an http or https URL",
  }),
  OPENAI_MODEL: text(/^\S{1,100}$/, "the name of a model", "gpt-4o-mini", "The model that answers."),
  OXY_AI_TIMEOUT_MS: integer(100, 600_000, "30000", "Hard timeout of one attempt at the AI, in ms."),
  OXY_REPLY_OBJECTIVE_MS: integer(
    0,
    600_000,
    "5000",
    "Soft deadline of a reply, in ms: past it the holding message goes out. A number that is handed over waits as long for a thought.",
  ),
  OXY_AI_ATTEMPTS: integer(1, 20, "3", "Attempts at the AI before the fallback message."),
  OXY_AI_BACKOFF_MS: integer(
    0,
    600_000,
    "1500",
    "Wait before the second attempt at the AI, in ms; it doubles.",
  ),
  OXY_AI_PATIENCE_MS: integer(
    0,
    3_600_000,
    "120000",
    "How long a customer waits, in ms, for an AI that answers nobody now (429, or its circuit breaker is open) before the fallback message. Such attempts are not counted.",
  ),
  OXY_AI_MAX_TOKENS: integer(
    16,
    100_000,
    "2000",
    "Tokens of one answer; more for a model that thinks before it answers. From 80 % of an organization's budget a quarter.",
  ),
  OXY_AURORA_MODEL: required(
    z
      .string()
      .regex(/^\S{1,100}$/)
      .optional(),
    {
      about: "The model that answers the organization's own people. When unset, `OPENAI_MODEL`.",
      expected: "the name of a model",
    },
  ),
  OXY_AI_PRICES: required(parsed(parsePrices).optional(), {
    about:
      "What models cost, in USD per million tokens in and out. Without its model's price an organization can have no budget, and what it costs is unknown.",
    expected: "model=in/out, comma separated, each model once, as gpt-4o-mini=0.15/0.60",
  }),
  OXY_CONCURRENCY: integer(1, 1_000, "50", "Turns that one process thinks at once."),
  OXY_ACK_TIMEOUT_MS: integer(
    100,
    600_000,
    "15000",
    "How long WhatsApp's ack of a sent message is awaited, in ms.",
  ),
  OXY_PROFILE: choice(
    ["economy", "standard", "fast-failover"],
    "standard",
    "What being noticed soon when a process dies may cost in commands of Redis: a lease of 45, 15 or 3 seconds.",
  ),
  OXY_RATE_PER_SECOND: integer(
    0,
    10_000,
    "10",
    "Messages a second that the processes of a fleet send together; 0 for no limit. Each number has a pace of its own besides.",
  ),
  OXY_RATE_BURST: integer(1, 10_000, "20", "How many of those may go out at once after a pause."),
  OXY_HEALTH_CHECK_SECONDS: integer(
    1,
    86_400,
    "900",
    "How often every WhatsApp number is looked at, and what a daily job missed is made up for, in seconds.",
  ),
  OXY_DAILY_SUMMARY_AT: text(
    TIME_OF_DAY,
    "a time as 18:00",
    "18:00",
    "When each organization is told of its day, in its own time zone.",
  ),
  OXY_OPPORTUNITIES_AT: text(
    TIME_OF_DAY,
    "a time as 09:00",
    "09:00",
    "When each organization is told on weekdays of warm conversations that have gone quiet, in its own time zone.",
  ),
  OXY_LEASE_SECONDS: required(decimal().pipe(z.number().min(1).max(3_600)).optional(), {
    about: "How long a shard stays owned without renewal, in seconds. When unset, as `OXY_PROFILE` has it.",
    expected: "a number from 1 to 3600",
  }),
  DRAIN_SECONDS: seconds(
    0,
    3_600,
    "25",
    "Time from SIGTERM until the process ends, in seconds; less than the host's grace period.",
  ),
  OXY_WHATSAPP_URL: withDefault(z.url({ protocol: /^wss?$/ }), WHATSAPP_URL, {
    about: "WhatsApp's WebSocket, or a simulator's outside production.",
    expected: "a ws or wss URL; in production WhatsApp's own",
  }),
  OXY_WHATSAPP_TRUST_ROOT: withDefault(z.string().regex(/^[0-9a-f]{64}$/), WHATSAPP_TRUST_ROOT, {
    about: "Public key that WhatsApp's certificate must lead to, or a simulator's outside production.",
    expected: "64 digits of lower-case hex; in production WhatsApp's own",
  }),
  OXY_WEBHOOK_PRIVATE: withDefault(z.enum(["refuse", "allow"]), "refuse", {
    about: "Whether webhooks of automations may call addresses that are not on the internet.",
    expected: "refuse, or outside production allow",
  }),
  OXY_WEBHOOK_TIMEOUT_MS: integer(100, 60_000, "10000", "Hard timeout of one call of a webhook, in ms."),
  OXY_AUTOMATION_BACKOFF_MS: integer(
    0,
    600_000,
    "5000",
    "Wait before the second attempt at a step of an automation, in ms; four times as long with each.",
  ),
  OXY_HEALTH_PORT: port("3001", "Health checks."),
  OXY_BOARD_PORT: port("3002", "Bull Board."),
  PORT: required(portNumber().optional(), {
    about: "When set, health, board and API are all served there: hosts route one port.",
    expected: "an integer from 0 to 65535",
  }),
  OXY_BOARD_PASSWORD: required(z.string().min(12).optional(), {
    about: "Password of user `oxy`. Without it the board listens on loopback only, and not under `PORT`.",
    expected: "at least 12 characters",
    secret: true,
  }),
  OXY_ADMIN_TOKEN: required(
    z
      .string()
      .regex(/^[A-Za-z0-9_-]{32,200}$/)
      .optional(),
    {
      about: "Bearer token of the admin API, in the roles web and all. Without it there is none.",
      expected: "32 to 200 of A-Z, a-z, 0-9, '_' and '-' (`oxy up` makes one where it is needed)",
      secret: true,
    },
  ),
  OXY_API_TOKENS: required(parsed(parseApiTokens).optional(), {
    about:
      "Bearer tokens of the API for other services, in the roles web and all. Without any there is none. A token with an organization before it opens that one's calls alone.",
    expected:
      "tokens of 32 to 200 of A-Z, a-z, 0-9, '_' and '-', comma separated, each once: token or organization:token",
    secret: true,
  }),
  OXY_METRICS: choice(
    ["none", "cloudwatch"],
    "none",
    "Where the roles worker and all say how long the fleet's customers wait. `cloudwatch` finds region and credentials as AWS's SDK does.",
  ),
  OXY_METRICS_NAMESPACE: required(
    z
      .string()
      .regex(/^(?!AWS\/)[A-Za-z0-9][A-Za-z0-9._/#:-]{0,254}$/)
      .optional(),
    {
      about: "CloudWatch's namespace of these metrics. When unset, `Oxy/` and `OXY_NAMESPACE`.",
      expected: "1 to 255 of A-Z, a-z, 0-9 and '._/#:-', beginning with a letter or digit and not with AWS/",
    },
  ),
  OXY_METRICS_SECONDS: integer(
    1,
    60,
    "60",
    "How often the metrics are published, in seconds; alarms and autoscaling are set up for each minute.",
  ),
  OXY_METRICS_TOKEN: required(
    z
      .string()
      .regex(/^[A-Za-z0-9_-]{32,200}$/)
      .optional(),
    {
      about:
        "Bearer token of `/metrics` under `PORT`, where the board's user and password are good for it too. On its own port it is open.",
      expected: "32 to 200 of A-Z, a-z, 0-9, '_' and '-'",
      secret: true,
    },
  ),
  OXY_ALERT_SECONDS: integer(
    1,
    3_600,
    "60",
    "How often one of the processes looks for what people must be told; each time costs each process a command.",
  ),
  OXY_ALERT_WEBHOOK: required(z.url({ protocol: /^https?$/ }).optional(), {
    about: "Where alerts are posted to, signed with `OXY_ALERT_SECRET`.",
    expected: "an http or https URL",
    secret: true,
  }),
  OXY_ALERT_SECRET: required(z.string().min(16).max(200).optional(), {
    about: "Signs what is posted to `OXY_ALERT_WEBHOOK`.",
    expected: "16 to 200 characters",
    required: "with `OXY_ALERT_WEBHOOK`",
    secret: true,
  }),
  OXY_ALERT_ORGANIZATION: required(organizationId.optional(), {
    about: "Whose owners are told on WhatsApp of what concerns the whole deployment.",
    expected: "the id of an organization",
  }),
  OXY_ALERT_RULES: required(parsed(parseRules).optional(), {
    about:
      'Other bounds than those of [alerts.md](alerts.md), by rule: `{"depth": {"from": 300, "forSeconds": 600}, "redis-evictions": {"off": true}}`.',
    expected: "JSON of the rules that are in alerts.md, each with from, forSeconds, clearSeconds or off",
  }),
  OXY_LOG_LEVEL: choice(
    ["error", "warn", "info", "debug"],
    "info",
    "The least important level that is logged.",
  ),
};

export type EnvironmentKey = keyof typeof environmentShape;
