import type { Logger } from "../runtime/logging.ts";
import { dueMember } from "./keys.ts";
import type { Conversation, Part } from "./types.ts";

/** How long the customer waited for what, until the answer was in the record. */
export interface ThoughtTiming {
  readonly turn: number;
  /** From the store of the oldest message to the AI's turn. */
  readonly queueMs: number;
  readonly aiMs: number;
  /** Of how many parts the answer is. */
  readonly parts: number;
}

/** Answers whose end nobody tells, as of a chat that a person takes over, must not add up. */
const REMEMBERED = 10_000;

/** Where the time of one answer went, in ms. */
export interface ReplySplit {
  readonly queueMs: number;
  readonly aiMs: number;
  readonly sendMs: number;
}

interface Pending extends ThoughtTiming {
  readonly committedAt: number;
}

/** One log line per answered turn, with where its time went. Memory only: a turn answered across a crash has no line. */
export class Replies {
  readonly #log: Logger;
  readonly #answered: (split: ReplySplit) => void;
  readonly #pending = new Map<string, Pending>();

  /** @param answered told of each answer that the server has as a whole */
  constructor(log: Logger, answered: (split: ReplySplit) => void = () => {}) {
    this.#log = log;
    this.#answered = answered;
  }

  /** The answer is in the record. */
  thought(conversation: Conversation, timing: ThoughtTiming): void {
    const [oldest] = this.#pending.keys();
    if (this.#pending.size >= REMEMBERED && oldest !== undefined) this.#pending.delete(oldest);
    this.#pending.set(dueMember(conversation), { ...timing, committedAt: performance.now() });
  }

  /** The server has a part, or refused it and with it the rest of its answer. */
  acked(conversation: Conversation, { turn, part }: Part, kind: "acked" | "refused"): void {
    const pending = this.#pending.get(dueMember(conversation));
    if (pending === undefined || turn !== pending.turn || part === 0) return;
    if (kind === "acked" && part < pending.parts) return;
    this.#pending.delete(dueMember(conversation));
    if (kind === "refused") return;
    const { queueMs, aiMs, committedAt } = pending;
    const sendMs = performance.now() - committedAt;
    this.#log.info("answered", {
      ...conversation,
      turn,
      queueMs: Math.round(queueMs),
      aiMs: Math.round(aiMs),
      sendMs: Math.round(sendMs),
    });
    this.#answered({ queueMs, aiMs, sendMs });
  }
}
