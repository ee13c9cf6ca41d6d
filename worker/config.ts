import { closestMatch } from "leven";
import { z } from "zod";
import type { AiPrices } from "./adapters/openai/prices.ts";
import type { RuleChanges } from "./alerts/rules.ts";
import type { SealingKey } from "./adapters/redis/sealing.ts";
import type { ApiToken } from "./runtime/api-tokens.ts";
import { docOf, environmentShape, WHATSAPP_TRUST_ROOT, WHATSAPP_URL } from "./environment.ts";
import type { EnvironmentKey } from "./environment.ts";
import { PROFILES, type Profile } from "./profiles.ts";

/** Everything the worker is told from outside. Times are in the unit of their name. */
export interface Config {
  readonly environment: "development" | "test" | "production";
  readonly role: "worker" | "web" | "all";
  readonly fleet: string;
  /** `host/region`. */
  readonly place: string | undefined;
  readonly image: string | undefined;
  readonly namespace: string;
  readonly redis: { readonly url: string };
  /** The first one seals, all of them open. */
  readonly encryptionKeys: readonly [SealingKey, ...SealingKey[]];
  readonly ai: {
    /** Set in the roles worker and all. */
    readonly apiKey: string | undefined;
    readonly baseUrl: string;
    readonly model: string;
    readonly timeoutMs: number;
    readonly attempts: number;
    readonly backoffMs: number;
    readonly patienceMs: number;
    /** Of one answer. */
    readonly maxTokens: number;
    /** The model that answers the organization's own people. */
    readonly auroraModel: string;
    /** By model. */
    readonly prices: AiPrices;
  };
  readonly replies: { readonly objectiveMs: number; readonly concurrency: number };
  readonly whatsapp: { readonly url: string; readonly trustRoot: string; readonly ackTimeoutMs: number };
  readonly profile: Profile;
  /** Times are HH:MM by each organization's own clock. */
  readonly cron: {
    readonly healthCheckSeconds: number;
    readonly summaryAt: string;
    readonly opportunitiesAt: string;
  };
  /** Of a fleet; 0 a second for no limit. */
  readonly rate: { readonly perSecond: number; readonly burst: number };
  readonly sessions: { readonly leaseSeconds: number };
  readonly automations: {
    readonly backoffMs: number;
    readonly webhookTimeoutMs: number;
    /** Addresses that are not on the internet may be called. */
    readonly webhookPrivate: boolean;
  };
  readonly shutdown: { readonly drainSeconds: number };
  /** The one port for everything, when the host routes only one. */
  readonly port: number | undefined;
  readonly health: { readonly port: number };
  readonly board: { readonly port: number; readonly password: string | undefined };
  /** There is an admin API only with a token. */
  readonly admin: { readonly token: string | undefined };
  /** Of the API for other services: there is one only with a token. */
  readonly api: { readonly tokens: readonly ApiToken[] };
  readonly metrics: {
    readonly destination: "none" | "cloudwatch";
    readonly namespace: string;
    readonly everySeconds: number;
    /** Of what Prometheus reads, under PORT. */
    readonly token: string | undefined;
  };
  readonly alerts: {
    readonly everySeconds: number;
    readonly webhook: { readonly url: string; readonly secret: string } | undefined;
    /** Whose owners are told of what concerns the whole deployment. */
    readonly organization: string | undefined;
    readonly rules: RuleChanges;
  };
  readonly log: { readonly level: "error" | "warn" | "info" | "debug" };
}

/** The environment cannot be run with; the message has a line for each problem and no secret. */
export class InvalidConfig extends Error {
  override readonly name = "InvalidConfig";

  constructor(problems: readonly string[]) {
    super(["the environment is not usable:", ...problems.map((problem) => `  ${problem}`)].join("\n"));
  }
}

type Parsed = z.output<z.ZodObject<typeof environmentShape>>;

const schema = z
  .object(environmentShape)
  .refine(({ OXY_ROLE, OPENAI_API_KEY }) => !thinks(OXY_ROLE) || OPENAI_API_KEY !== undefined, {
    path: ["OPENAI_API_KEY"],
    when: always,
  })
  .refine((env) => env.OXY_ALERT_WEBHOOK === undefined || env.OXY_ALERT_SECRET !== undefined, {
    path: ["OXY_ALERT_SECRET"],
    when: always,
  })
  .refine((env) => env.NODE_ENV !== "production" || env.OXY_WEBHOOK_PRIVATE !== "allow", {
    path: ["OXY_WEBHOOK_PRIVATE"],
    when: always,
  })
  .refine(whatsAppsOwn("OXY_WHATSAPP_URL", WHATSAPP_URL), { path: ["OXY_WHATSAPP_URL"], when: always })
  .refine(whatsAppsOwn("OXY_WHATSAPP_TRUST_ROOT", WHATSAPP_TRUST_ROOT), {
    path: ["OXY_WHATSAPP_TRUST_ROOT"],
    when: always,
  })
  .transform(grouped);

/**
 * Reads the whole environment at once. An empty string counts as unset.
 * @throws InvalidConfig
 */
export function loadConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ""));
  const result = schema.safeParse(given);
  const wrong = new Set((result.error?.issues ?? []).map((issue) => issue.path[0] as EnvironmentKey));
  const problems = [...unknownKeys(given), ...[...wrong].map((key) => describe(key, given[key]))];
  if (!result.success || problems.length > 0) throw new InvalidConfig(problems);
  return result.data;
}

/** What must appear nowhere but where it is used, to be cut out of whatever is printed. */
export function secretsOf(config: Config): string[] {
  const redisPassword = new URL(config.redis.url).password;
  const keys = config.encryptionKeys.map(({ key }) => key.toString("base64"));
  const passwords = [
    redisPassword,
    decodeURIComponent(redisPassword),
    config.ai.apiKey,
    config.board.password,
    config.admin.token,
    ...config.api.tokens.map(({ token }) => token),
    config.metrics.token,
    config.alerts.webhook?.url,
    config.alerts.webhook?.secret,
  ];
  return [...keys, ...passwords].filter((secret) => secret !== undefined && secret !== "") as string[];
}

function grouped(env: Parsed): Config {
  return {
    environment: env.NODE_ENV,
    role: env.OXY_ROLE,
    fleet: env.OXY_FLEET,
    place: env.OXY_PLACE,
    image: env.OXY_IMAGE,
    namespace: env.OXY_NAMESPACE,
    redis: { url: env.REDIS_URL },
    encryptionKeys: env.OXY_ENCRYPTION_KEYS,
    ai: {
      apiKey: env.OPENAI_API_KEY,
      baseUrl: env.OPENAI_BASE_URL,
      model: env.OPENAI_MODEL,
      timeoutMs: env.OXY_AI_TIMEOUT_MS,
      attempts: env.OXY_AI_ATTEMPTS,
      backoffMs: env.OXY_AI_BACKOFF_MS,
      patienceMs: env.OXY_AI_PATIENCE_MS,
      maxTokens: env.OXY_AI_MAX_TOKENS,
      auroraModel: env.OXY_AURORA_MODEL ?? env.OPENAI_MODEL,
      prices: env.OXY_AI_PRICES ?? new Map(),
    },
    replies: { objectiveMs: env.OXY_REPLY_OBJECTIVE_MS, concurrency: env.OXY_CONCURRENCY },
    whatsapp: {
      url: env.OXY_WHATSAPP_URL,
      trustRoot: env.OXY_WHATSAPP_TRUST_ROOT,
      ackTimeoutMs: env.OXY_ACK_TIMEOUT_MS,
    },
    profile: PROFILES[env.OXY_PROFILE],
    cron: {
      healthCheckSeconds: env.OXY_HEALTH_CHECK_SECONDS,
      summaryAt: env.OXY_DAILY_SUMMARY_AT,
      opportunitiesAt: env.OXY_OPPORTUNITIES_AT,
    },
    rate: { perSecond: env.OXY_RATE_PER_SECOND, burst: env.OXY_RATE_BURST },
    sessions: { leaseSeconds: env.OXY_LEASE_SECONDS ?? PROFILES[env.OXY_PROFILE].leaseSeconds },
    automations: {
      backoffMs: env.OXY_AUTOMATION_BACKOFF_MS,
      webhookTimeoutMs: env.OXY_WEBHOOK_TIMEOUT_MS,
      webhookPrivate: env.OXY_WEBHOOK_PRIVATE === "allow",
    },
    shutdown: { drainSeconds: env.DRAIN_SECONDS },
    port: env.PORT,
    health: { port: env.OXY_HEALTH_PORT },
    board: { port: env.OXY_BOARD_PORT, password: env.OXY_BOARD_PASSWORD },
    admin: { token: env.OXY_ADMIN_TOKEN },
    api: { tokens: env.OXY_API_TOKENS ?? [] },
    metrics: {
      destination: env.OXY_METRICS,
      namespace: env.OXY_METRICS_NAMESPACE ?? `Oxy/${env.OXY_NAMESPACE}`,
      everySeconds: env.OXY_METRICS_SECONDS,
      token: env.OXY_METRICS_TOKEN,
    },
    alerts: {
      everySeconds: env.OXY_ALERT_SECONDS,
      webhook:
        env.OXY_ALERT_WEBHOOK === undefined || env.OXY_ALERT_SECRET === undefined
          ? undefined
          : { url: env.OXY_ALERT_WEBHOOK, secret: env.OXY_ALERT_SECRET },
      organization: env.OXY_ALERT_ORGANIZATION,
      rules: env.OXY_ALERT_RULES ?? {},
    },
    log: { level: env.OXY_LOG_LEVEL },
  };
}

/** Zod skips refinements of an object with a problem elsewhere; all problems are to be told at once. */
function always(): boolean {
  return true;
}

/** Compares, because a refinement also sees a role that is none. */
function thinks(role: Parsed["OXY_ROLE"]): boolean {
  return role === "worker" || role === "all";
}

function whatsAppsOwn(key: "OXY_WHATSAPP_URL" | "OXY_WHATSAPP_TRUST_ROOT", own: string) {
  return (env: Parsed): boolean => env.NODE_ENV !== "production" || env[key] === own;
}

function describe(key: EnvironmentKey, value: string | undefined): string {
  const { expected, secret } = docOf(key);
  const shown =
    value === undefined ? "nothing" : secret ? `a value of ${value.length} characters` : `"${value}"`;
  return `${key}: expected ${expected}, got ${shown}`;
}

function unknownKeys(given: NodeJS.ProcessEnv): string[] {
  const known = Object.keys(environmentShape);
  return Object.keys(given)
    .filter((key) => key.startsWith("OXY_") && !known.includes(key))
    .map(
      (key) =>
        `${key}: expected a known key (the nearest is ${closestMatch(key, known)}), got an unknown one`,
    );
}
