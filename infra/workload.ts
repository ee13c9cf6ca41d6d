/** What a role of the image does for a fleet. */
export type Role = "all" | "web" | "worker";

/** The one description of what runs: everything a host needs to know about it, in no host's words. */
export interface Workload {
  /** Paths of its HTTP server: the process lives; it has joined its fleet and takes work. */
  readonly health: { readonly live: string; readonly ready: string };
  /** How long a process takes at the most from its stop signal to its end, in s, where the host allows it. */
  readonly drainSeconds: number;
  /** What the host must leave on top of that before it kills, in s. */
  readonly drainMarginSeconds: number;
  /** How long a process may take until it is ready, in s. */
  readonly startSeconds: number;
  /** Settings that it needs and that nobody may see. */
  readonly secrets: readonly string[];
}

export const workload: Workload = {
  health: { live: "/health", ready: "/health/ready" },
  drainSeconds: 25,
  drainMarginSeconds: 5,
  startSeconds: 60,
  secrets: ["OXY_ENCRYPTION_KEYS", "OPENAI_API_KEY"],
};
