import { errorFields, type Logger } from "../runtime/logging.ts";
import type { Lease } from "../sessions/lease.ts";
import type { OrganizationSettings } from "../sessions/organization.ts";
import {
  AiFailure,
  AiMisconfigured,
  AiRefused,
  AiUnavailable,
  BudgetSpent,
  type Answer,
  type Completions,
} from "./completions.ts";
import type { Outbox } from "./outbox.ts";
import type { ConversationRecord } from "./record.ts";
import type { ThoughtTiming } from "./replies.ts";
import type { Conversation, FailOptions, HandOverOptions, Thought } from "./types.ts";

export interface TurnOptions {
  readonly record: ConversationRecord;
  readonly completions: Completions;
  readonly outbox: Outbox;
  readonly log: Logger;
  /** Hard timeout of one attempt of the AI, in ms. */
  readonly attemptMs: number;
  /** After this long without an answer the holding message goes out, in ms. */
  readonly objectiveMs: number;
  readonly attempts: number;
  /** Before the second attempt, in ms; doubles with each. */
  readonly backoffMs: number;
  /** How long somebody waits for an AI that answers nobody, in ms, before they are told that no answer comes. */
  readonly patienceMs: number;
  lease(organization: string): Lease | undefined;
  /** Undefined while they are not known, or cannot be read. */
  settings(organization: string): OrganizationSettings | undefined;
  /** Wakes the conversation after a while. */
  wakeIn(conversation: Conversation, ms: number): void;
  /** An answer is in the record. */
  thought(conversation: Conversation, timing: ThoughtTiming): void;
  /** A turn is being thought, until the returned function is called. */
  thinking?(conversation: Conversation): () => void;
  /** These messages have their answer in the record. */
  answered?(conversation: Conversation, messages: readonly string[]): void;
}

/** The record's time left for the AI's answer to be committed after its hard timeout. */
const COMMIT_MS = 2_000;
/** Part by which a wait for an AI that answers nobody is longer at random: not all are to come back at once. */
const JITTER = 0.25;
/** However many attempts there are; `metrics/waits.lua` relies on it. */
const BACKOFF_MAX_MS = 3_600_000;
const MINUTE_MS = 60_000;
/** What the organization's own people read instead of the fallback message, which promises customers a call. */
const TEAM_FALLBACK = "Não consegui responder agora. Tente de novo daqui a alguns minutos.";
const TEAM_REFUSED = "Não posso responder a isso.";
const TEAM_BUDGET_SPENT = "O orçamento de hoje da IA acabou. Volto a responder amanhã.";

/**
 * Does what a conversation is waiting for: thinks if a turn is due, then sends. Harmless to call at any time and any
 * number of times; the record lets one caller through.
 * @throws LeaseLost
 */
export async function turn(
  conversation: Conversation,
  options: TurnOptions,
  signal: AbortSignal,
): Promise<void> {
  const lease = options.lease(conversation.organization);
  const settings = options.settings(conversation.organization);
  // Before a turn is begun, or nobody else would begin it for a while.
  if (lease === undefined || settings === undefined) return;
  const begun = await options.record.begin(lease, conversation, { attemptMs: options.attemptMs + COMMIT_MS });
  if (begun.kind === "think") await think(conversation, begun, lease, settings, options, signal);
  // Also while another one thinks: a holding message may have to go out again.
  if (begun.kind !== "rest") await options.outbox.deliver(conversation);
}

async function think(
  conversation: Conversation,
  thought: Thought,
  lease: Lease,
  settings: OrganizationSettings,
  options: TurnOptions,
  stop: AbortSignal,
): Promise<void> {
  const { record, outbox } = options;
  const holding = setTimeout(
    () => {
      void hold().catch((error: unknown) =>
        options.log.warn("holding message not sent", { ...conversation, ...errorFields(error) }),
      );
    },
    Math.max(0, options.objectiveMs - thought.waitedMs),
  );
  const hold = async (): Promise<void> => {
    const held = await record.hold(lease, conversation, thought, settings.holdingMessage);
    // "held" too: whoever queued it may be gone before it was sent.
    if (held !== "stale") await outbox.deliver(conversation);
  };
  const over = options.thinking?.(conversation);
  const began = performance.now();
  let answer: Answer;
  try {
    if (thought.attempt > options.attempts) throw new Error("every attempt ran out of time");
    const signal = AbortSignal.any([stop, AbortSignal.timeout(options.attemptMs)]);
    answer = await options.completions.answer({ conversation, settings, ...thought }, signal);
  } catch (error) {
    // Drained: the turn stays in thought, and whoever owns the shard next repeats it.
    if (stop.aborted) return;
    const leaving = leftToPerson(thought, settings, error);
    if (leaving === undefined) await fail(conversation, thought, lease, options, settings, error);
    else {
      const left = await record.handOver(conversation, leaving);
      options.log.info("left to a person", {
        ...conversation,
        turn: thought.turn,
        left,
        ...errorFields(error),
      });
    }
    return;
  } finally {
    clearTimeout(holding);
    over?.();
  }
  const aiMs = performance.now() - began;
  const committed = await record.commit(lease, conversation, thought, answer.texts, answer.usage);
  if (committed === "committed") {
    const parts = answer.texts.length;
    options.thought(conversation, { turn: thought.turn, queueMs: thought.waitedMs, aiMs, parts });
    options.answered?.(
      conversation,
      thought.messages.map(({ id }) => id),
    );
  } else options.log.info("answer came too late", { ...conversation, turn: thought.turn });
}

async function fail(
  conversation: Conversation,
  thought: Thought,
  lease: Lease,
  options: TurnOptions,
  settings: OrganizationSettings,
  error: unknown,
): Promise<void> {
  options.log.warn("attempt failed", {
    ...conversation,
    turn: thought.turn,
    attempt: thought.attempt,
    ...errorFields(error),
  });
  const failed = await options.record.fail(lease, conversation, thought, {
    ...followed(thought, options, error),
    fallback: isForTeam(thought) ? teamFallback(error) : settings.fallbackMessage,
    holding: { text: settings.holdingMessage, afterMs: options.objectiveMs },
    usage: usageOf(error),
  });
  if (failed.kind === "again") options.wakeIn(conversation, failed.inMs);
}

/** How an attempt that failed so is followed. */
function followed(
  { attempt, waitedMs }: Thought,
  { attempts: maxAttempts, backoffMs: firstMs, patienceMs }: TurnOptions,
  error: unknown,
): Pick<FailOptions, "maxAttempts" | "backoffMs" | "patienceMs"> {
  const backoffMs = Math.min(BACKOFF_MAX_MS, firstMs * 2 ** (attempt - 1));
  if (error instanceof AiMisconfigured || error instanceof AiRefused || error instanceof BudgetSpent)
    return { maxAttempts: 0, backoffMs };
  if (!(error instanceof AiUnavailable)) return { maxAttempts, backoffMs };
  // Longer each time where nobody says how long.
  const waitMs = Math.max(firstMs, error.retryAfterMs ?? waitedMs / 2);
  return { maxAttempts, backoffMs: waitMs * (1 + JITTER * Math.random()), patienceMs };
}

function isForTeam({ messages }: Thought): boolean {
  return messages.at(-1)?.who === "team";
}

function teamFallback(error: unknown): string {
  if (error instanceof AiRefused) return TEAM_REFUSED;
  return error instanceof BudgetSpent ? TEAM_BUDGET_SPENT : TEAM_FALLBACK;
}

/** What the AI is not to answer is not tried again, and is a person's; but nobody of the team is left to the team. */
function leftToPerson(
  thought: Thought,
  settings: OrganizationSettings,
  error: unknown,
): HandOverOptions | undefined {
  if (isForTeam(thought)) return undefined;
  if (error instanceof BudgetSpent)
    return {
      turn: thought,
      reason: `budget-${error.day}`,
      reply: settings.budgetMessage,
      // The next day it goes on.
      forMs: error.forMs,
    };
  if (error instanceof AiRefused)
    return {
      turn: thought,
      reason: `refused-${thought.turn}`,
      reply: settings.handOverMessage,
      forMs: settings.handOverMinutes * MINUTE_MS,
      usage: usageOf(error),
    };
  return undefined;
}

function usageOf(error: unknown): FailOptions["usage"] {
  return error instanceof AiFailure ? error.usage : undefined;
}
