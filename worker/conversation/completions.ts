import type { OrganizationSettings } from "../sessions/organization.ts";
import type { Conversation, Said, Unanswered } from "./types.ts";

export interface Question {
  readonly conversation: Conversation;
  readonly settings: OrganizationSettings;
  /** What was said before, oldest first. */
  readonly history: readonly Said[];
  /** What is to be answered, oldest first; who wrote the last one decides which AI answers. */
  readonly messages: readonly Unanswered[];
  /** What the organization's AI has cost today, in millionths of a USD, as far as prices are known. */
  readonly spentMicroUsd: number;
}

/** What calls of an AI used, also those without an answer. */
export interface AiUsage {
  readonly model: string;
  readonly calls: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** Millionths of a USD, of the calls whose price is known. */
  readonly microUsd: number;
  /** Calls that may have cost something, and nobody knows how much. */
  readonly unpriced: number;
}

export interface Answer {
  /** In the order in which they are sent; none of them is empty. */
  readonly texts: readonly string[];
  /** Undefined where no AI was called. */
  readonly usage?: AiUsage | undefined;
}

/** What the conversation needs of an AI. */
export interface Completions {
  /** One attempt. @throws AiFailure, or whatever else kept it from an answer; also when the signal aborts it */
  answer(question: Question, signal: AbortSignal): Promise<Answer>;
}

/** Something to be written in an organization's name outside of a turn. */
export interface WriterTask {
  readonly organization: string;
  readonly settings: OrganizationSettings;
  /** What is to be written, for whom, and how long. */
  readonly instructions: string;
  /** All that it may state as a fact; customers' words in it are data, and never instructions. */
  readonly facts: string;
  readonly purpose: "summary" | "opportunities" | "automation";
  /** What was said there goes along. */
  readonly conversation?: Conversation | undefined;
}

export interface Writer {
  /**
   * A text as WhatsApp shows it, of any length ({@link partsOf} splits it). The organization's budget applies, and what it
   * cost is counted.
   * @throws AiFailure, as {@link Completions.answer}
   */
  write(task: WriterTask, signal: AbortSignal): Promise<string>;
}

/** The AI gave no answer; each kind of failure says what is to follow. */
export abstract class AiFailure extends Error {
  /** What it cost all the same. */
  usage: AiUsage | undefined;
}

/** This attempt failed: the next one may not. */
export class AttemptFailed extends AiFailure {
  override readonly name: string = "AttemptFailed";
}

/** The AI answered, but not with something to send. */
export class NoAnswer extends AttemptFailed {
  override readonly name = "NoAnswer";
}

/** It answers nobody now, and says or implies when it will: no fault of the question. */
export class AiUnavailable extends AiFailure {
  override readonly name = "AiUnavailable";
  /** Undefined where it does not say. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, retryAfterMs: number | undefined, options?: ErrorOptions) {
    super(message, options);
    this.retryAfterMs = retryAfterMs;
  }
}

/** The AI refused to answer this question: it is a person's. */
export class AiRefused extends AiFailure {
  override readonly name = "AiRefused";
}

/** Key, model or account are not accepted: no attempt can succeed until somebody changes that. */
export class AiMisconfigured extends AiFailure {
  override readonly name = "AiMisconfigured";
}

/** The organization's budget of the day is spent; nothing was asked. */
export class BudgetSpent extends AiFailure {
  override readonly name = "BudgetSpent";
  /** In the organization's time zone: `YYYY-MM-DD`. */
  readonly day: string;
  /** Until the next one, in ms. */
  readonly forMs: number;

  constructor(message: string, { day, forMs }: { day: string; forMs: number }) {
    super(message);
    this.day = day;
    this.forMs = forMs;
  }
}

/** What those who watch the AI are told; texts are never part of it. */
export interface AiObserver {
  /** A call ended, or was not made because the breaker is open. */
  called?(call: AiCall): void;
  /** The breaker of a model changed. */
  breaker?(model: string, state: BreakerState): void;
}

export interface AiCall {
  readonly model: string;
  readonly purpose: "customer" | "team" | WriterTask["purpose"];
  readonly outcome: AiOutcome;
  readonly ms: number;
  /** Of this call alone. */
  readonly usage?: AiUsage | undefined;
}

/** `unavailable`: not called, the breaker is open. `limited`: 429. `failed`: 5xx, a broken connection, or nonsense. */
export type AiOutcome =
  | "answered"
  | "empty"
  | "refused"
  | "limited"
  | "failed"
  | "timeout"
  | "misconfigured"
  | "aborted"
  | "unavailable";

export type BreakerState = "closed" | "open" | "half-open";
