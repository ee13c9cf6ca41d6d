import { errorFields, type Logger } from "../runtime/logging.ts";
import type { Lease } from "../sessions/lease.ts";
import type { OrganizationSettings } from "../sessions/organization.ts";
import type { Answer, Completions } from "./completions.ts";
import type { Outbox } from "./outbox.ts";
import type { ConversationRecord } from "./record.ts";
import type { ThoughtTiming } from "./replies.ts";
import type { Conversation, Thought } from "./types.ts";

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
    answer = await options.completions.answer(
      { conversation, settings, spentMicroUsd: 0, ...thought },
      signal,
    );
  } catch (error) {
    // Drained: the turn stays in thought, and whoever owns the shard next repeats it.
    if (stop.aborted) return;
    await fail(conversation, thought, lease, options, settings, error);
    return;
  } finally {
    clearTimeout(holding);
    over?.();
  }
  const aiMs = performance.now() - began;
  const committed = await record.commit(lease, conversation, thought, answer.texts);
  if (committed === "committed") {
    options.thought(conversation, { turn: thought.turn, queueMs: thought.waitedMs, aiMs });
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
    maxAttempts: options.attempts,
    backoffMs: options.backoffMs * 2 ** (thought.attempt - 1),
    fallback: settings.fallbackMessage,
  });
  if (failed.kind === "again") options.wakeIn(conversation, failed.inMs);
}
