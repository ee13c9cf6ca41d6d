/** What a process of the image does for its fleet. */
export type Role = "all" | "web" | "worker";

/** A setting of the worker in a plan: as it is, or where the deployment finds it. */
export type PlannedValue = string | { readonly secret: string } | { readonly store: "url" };

/** The one description of what runs: everything a host needs to know about it, in no host's words. */
export interface Workload {
  /** The processes of a fleet have these between them, each once; or one process has `all`. */
  readonly roles: readonly Role[];
  /** Paths of its HTTP server: the process lives; it has joined its fleet and takes work. */
  readonly health: { readonly live: string; readonly ready: string };
  /** How long a process takes at the most from its stop signal to its end, in s, where the host allows it. */
  readonly drainSeconds: number;
  /** What the host must leave on top of that before it kills, in s. */
  readonly drainMarginSeconds: number;
  /** How long a process may take until it is ready, in s. */
  readonly startSeconds: number;
  /** What a deployment on a shared store may be called, and in words. */
  readonly namespace: { readonly pattern: RegExp; readonly expected: string };
  /** Settings that it needs and that nobody may see. */
  readonly secrets: readonly string[];
}

export const workload = {
  roles: ["web", "worker"],
  health: { live: "/health", ready: "/health/ready" },
  drainSeconds: 25,
  drainMarginSeconds: 5,
  startSeconds: 60,
  namespace: { pattern: /^[a-z0-9-]{1,40}$/, expected: "1 to 40 of a-z, 0-9 and '-'" },
  secrets: ["OXY_ENCRYPTION_KEYS", "OPENAI_API_KEY"],
} as const satisfies Workload;

/** A secret that no deployment can do without. */
export type RequiredSecret = (typeof workload.secrets)[number];

/** Secrets of a stack that its resources are made with: no process is given them. */
export const DEPLOYMENT_SECRETS = {
  OXY_STORE_PASSWORD: "the password that the store is made with, where it does not make one itself",
  OXY_REGISTRY_PASSWORD: "the password of a registry that does not let everybody pull the image",
} as const;

export type DeploymentSecret = keyof typeof DEPLOYMENT_SECRETS;

/** Settings of the worker that every plan makes, each with what it makes them of. */
export const PLANNED_SETTINGS = {
  REDIS_URL: "the address of the store",
  OXY_ROLE: "what its host runs",
  OXY_FLEET: "the name of the fleet",
  OXY_NAMESPACE: "the name of the stack",
  OXY_PLACE: "where its host runs it",
  OXY_IMAGE: "the image of the stack",
  DRAIN_SECONDS: "the time that its host leaves to a process that stops",
} as const;

/** All settings that the deployment makes and nobody else may: where to listen, only the host knows. */
export const DEPLOYMENT_SETTINGS = {
  ...PLANNED_SETTINGS,
  PORT: "the port that its host routes",
  OXY_HEALTH_PORT: "a port of its host",
  OXY_BOARD_PORT: "a port of its host",
  OXY_METRICS: "where its host takes metrics",
  OXY_METRICS_NAMESPACE: "the name of the stack",
} as const;
