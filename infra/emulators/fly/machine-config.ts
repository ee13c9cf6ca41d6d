/** A health check by HTTP. */
export interface HttpCheck {
  readonly port: number;
  readonly path: string;
}

/** Of a machine's configuration what is done something about. */
export interface MachineConfig {
  readonly image: string;
  readonly env?: Readonly<Record<string, string>>;
  metadata?: Record<string, string>;
  readonly guest?: { readonly memory_mb?: number };
  readonly stop_config?: StopOrder;
  readonly restart?: { readonly policy: "no" | "always" | "on-failure"; readonly max_retries?: number };
  readonly mounts?: readonly { readonly volume: string; readonly path: string }[];
  readonly checks?: Readonly<Record<string, HttpCheck>>;
  readonly services?: readonly { readonly internal_port: number; readonly checks?: readonly HttpCheck[] }[];
}

export interface StopOrder {
  readonly signal?: NodeJS.Signals;
  /** As Go writes it. */
  readonly timeout?: string;
}

/** What Fly does to a machine that was told nothing (Fly docs, reference/configuration, 2026-08). */
const DEFAULT_STOP = { signal: "SIGINT", timeout: "5s" } as const;
/** Fly docs, machines/guides-examples/machine-restart-policy, 2026-08. */
const DEFAULT_RESTART = { policy: "on-failure", max_retries: 10 } as const;
/** The smallest. */
const DEFAULT_MEMORY_MB = 256;

/** How a machine is ended. */
export function stopOf({ stop_config: told = {} }: MachineConfig, order: StopOrder = {}) {
  const { signal, timeout } = { ...DEFAULT_STOP, ...told, ...order };
  return { signal, graceSeconds: secondsOf(timeout) };
}

/** Whether a process that ended, after so many restarts, is not started again. */
export function isOver({ restart = DEFAULT_RESTART }: MachineConfig, code: number | null, restarts: number) {
  const { policy, max_retries: most = DEFAULT_RESTART.max_retries } = restart;
  return policy === "no" || (policy === "on-failure" && (code === 0 || restarts >= most));
}

export function memoryOf({ guest }: MachineConfig): number {
  return guest?.memory_mb ?? DEFAULT_MEMORY_MB;
}

function secondsOf(duration: string): number {
  const [, minutes = "0", seconds = "0"] = /^(?:(\d+)m)?(\d+)s$/.exec(duration) ?? [];
  return Number(minutes) * 60 + Number(seconds);
}
