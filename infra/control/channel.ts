/** What a worker answers; `done` and `failed` are the last. Documented in docs/architecture.md. */
export type Answer =
  | { readonly kind: "qr"; readonly qr: string }
  | { readonly kind: "code"; readonly code: string }
  | { readonly kind: "done"; readonly [detail: string]: string }
  | { readonly kind: "failed"; readonly reason: string };

/** What is asked of the owner of an organization's shard. */
export interface ControlRequest {
  readonly verb: string;
  readonly organization: string;
  readonly [field: string]: unknown;
}

/** How long to wait, in s. */
export interface Patience {
  /** Until a worker takes the request: a few heartbeats. */
  readonly noticeSeconds: number;
  /** From one answer to the next. */
  readonly answerSeconds: number;
}

/** A process that is there, as it says itself. */
export interface ProcessState {
  readonly id: string;
  readonly fleet: string;
  /** `host/region`; "" of a process that was not told, and so with the image. */
  readonly place: string;
  readonly image: string;
  readonly shards: number;
}

/** An organization's WhatsApp session. Times are of the store, in ms. */
export interface SessionState {
  readonly state: "open" | "ended";
  readonly since: number;
  /** Why it ended last. */
  readonly reason?: string;
  readonly place: string;
  /** Id of the process that has or had the connection. */
  readonly process: string;
  /** How long there was no connection when that process took over from another. */
  readonly gapMs?: number;
  /** What the gap is counted from; see docs/architecture.md. Missing as long as nobody took over. */
  readonly gapFrom?: "end" | "heartbeat" | "unknown";
}

export interface ControlState {
  /** Store time, in ms. */
  readonly at: number;
  readonly processes: readonly ProcessState[];
  /** By organization. */
  readonly sessions: Readonly<Record<string, SessionState>>;
}

/** What fires, and what people asked not to be told of. Times are of the store, in ms. */
export interface AlertsState {
  readonly at: number;
  /** Ids of the rules that there are; none before a worker has run. */
  readonly rules: readonly string[];
  readonly firing: readonly {
    readonly rule: string;
    readonly organization?: string;
    readonly since: number;
    /** People were told; else it is silenced. */
    readonly told: boolean;
  }[];
  readonly silences: readonly {
    readonly rule: string;
    readonly organization?: string;
    readonly until: number;
  }[];
}

/** Of all organizations where it names none; 0 minutes end it. */
export interface Silencing {
  readonly rule: string;
  readonly organization?: string;
  readonly minutes: number;
}

/** The way to the workers of a deployment, wherever they run. */
export interface Channel {
  /**
   * Asks, and yields what is answered until `done`.
   * @param attachment sealed, in parts: what is too much for a request
   * @throws RequestFailed
   */
  ask(request: ControlRequest, patience: Patience, attachment?: readonly string[]): AsyncGenerator<Answer>;
  /** @throws RequestFailed */
  state(): Promise<ControlState>;
  /** @throws RequestFailed */
  alerts(): Promise<AlertsState>;
  /** Has nobody told of a rule for a while. @throws RequestFailed */
  silence(silencing: Silencing): Promise<void>;
  close(): void;
}

/** The request was not carried out, or nobody could be asked; the message says why. */
export class RequestFailed extends Error {
  override readonly name = "RequestFailed";
}

/** Up to where somebody got who then heard nothing more. */
export type Silence = "nothing" | "taken" | "answer";

export function silenceOf(after: Silence, { noticeSeconds }: Patience): RequestFailed {
  return new RequestFailed(
    {
      nothing: `no worker took the request within ${noticeSeconds} s: is one running on this store and namespace?`,
      taken: "a worker took the request and did not answer; look at its log",
      answer: "the worker stopped answering; ask again",
    }[after],
  );
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
