import { randomUUID } from "node:crypto";
import type { Redis } from "ioredis";
import type { Keys } from "../adapters/redis/keys.ts";
import type { Sealing } from "../adapters/redis/sealing.ts";
import { optOutPeppers } from "../bulk/erased-opt-outs.ts";
import { messageId } from "../conversation/message-id.ts";
import type { Policy } from "../conversation/policy.ts";
import { openBody, sealBody } from "../conversation/sealed.ts";
import type { Conversation } from "../conversation/types.ts";
import { shardOf } from "../sessions/shards.ts";
import type { Automation, Step } from "./automation.ts";
import { scripts } from "./scripts.ts";
import { openAutomation } from "./stored.ts";

/** A step that is the caller's to do; times in ms of store time. */
export interface TakenStep {
  readonly kind: "step";
  readonly conversation: Conversation;
  readonly run: string;
  readonly automation: Automation;
  readonly token: string;
  /** From 0. */
  readonly index: number;
  readonly step: Step;
  /** From 0: attempts at this step that failed. */
  readonly attempt: number;
  /** When the run began, and now. */
  readonly began: number;
  readonly now: number;
  /** When the contact wrote last. */
  readonly wrote: number | undefined;
  readonly optedOut: boolean;
  /** Until when a person has the chat. */
  readonly personUntil: number | undefined;
  readonly tags: readonly string[];
  /** Digits of the contact's phone number, where it is known. */
  readonly number: string | undefined;
  /** What began the run, and the name its sender shows. */
  readonly text: string | undefined;
  readonly name: string | undefined;
}

/** A schedule whose time has come: one run is to begin for each contact of its audience. */
export interface TakenSchedule {
  readonly kind: "schedule";
  readonly organization: string;
  readonly run: string;
  readonly token: string;
  readonly automation: Automation;
  /** The time, and now, in ms of store time. */
  readonly at: number;
  readonly now: number;
  /** Some of its runs have begun. */
  readonly begun: boolean;
}

export type Taken =
  | TakenStep
  | TakenSchedule
  /** A message of the run is in the chat's outbox. */
  | { readonly kind: "sent" }
  /** Somebody else is doing it. */
  | { readonly kind: "busy"; readonly at: number }
  | { readonly kind: "later"; readonly at: number }
  /** It has ended; with state and reason where it ends now. */
  | { readonly kind: "gone"; readonly state?: string; readonly reason?: string }
  /** It was not the caller's any more: nothing was written. */
  | { readonly kind: "lost" };

/** What became of a step. */
export type Outcome =
  | { readonly kind: "next" }
  /** A message, as a reply: to whoever wrote a moment ago. */
  | { readonly kind: "send"; readonly text: string }
  /** A message is in the organization's lane. */
  | { readonly kind: "in-lane" }
  /** There is something to send in a chat that a person has, or to a contact that wants nothing. */
  | { readonly kind: "not-now" }
  | { readonly kind: "tag" | "untag"; readonly tag: string }
  | { readonly kind: "hand-over"; readonly forMs: number; readonly text: string }
  | { readonly kind: "wait"; readonly inMs: number }
  | { readonly kind: "wait"; readonly at: number }
  /** It was not done: again after a while; `counts` as an attempt that failed. */
  | { readonly kind: "again"; readonly inMs: number; readonly counts: boolean }
  | { readonly kind: "end"; readonly state: "stopped" | "failed"; readonly reason: string };

interface StepReply {
  readonly kind: "step";
  readonly run: string;
  readonly automation: string;
  readonly chat: string;
  readonly step: number;
  readonly attempt: number;
  readonly began: number;
  readonly now: number;
  readonly wrote?: number;
  readonly optedOut: boolean;
  readonly number?: string;
  readonly personUntil?: number;
  readonly tags: readonly string[];
  readonly body?: string;
  readonly definition?: string;
}
type ScheduleReply = Pick<TakenSchedule, "kind" | "at" | "now" | "begun"> & {
  readonly automation: string;
  readonly definition: string;
};
type Reply = StepReply | ScheduleReply | Exclude<Taken, TakenStep | TakenSchedule>;

export interface RunRecordOptions {
  readonly redis: Redis;
  readonly keys: Keys;
  readonly sealing: Sealing;
  policy(organization: string): Policy;
  /** How long a step is its taker's, in ms: longer than any takes. */
  readonly claimMs: number;
}

/**
 * The runs in the store. Each method is one call, atomic there: what a step does in the store, and that it is done, is one
 * write, so that a process may die at any instant and nothing is done twice or not at all.
 */
export class RunRecord {
  readonly #options: RunRecordOptions;

  constructor(options: RunRecordOptions) {
    this.#options = options;
  }

  /** Takes what is due. @throws Unsealable */
  async claim(organization: string, run: string): Promise<Taken> {
    const token = randomUUID();
    const { claimMs } = this.#options;
    const item = { run, token, forMs: claimMs, fresh: randomUUID().replaceAll("-", "").slice(0, 24) };
    const reply = JSON.parse(await this.#run<string>("claim", organization, item)) as Reply;
    if (reply.kind === "schedule") {
      const { kind, at, now, begun, definition } = reply;
      const automation = openAutomation(this.#options.sealing, organization, reply.automation, definition);
      return { kind, organization, run, token, automation, at, now, begun };
    }
    return reply.kind === "step" ? this.#open(organization, token, reply, undefined) : reply;
  }

  /** Ends a step; the next one is the caller's if it is to be done at once. @throws Unsealable */
  async advance(taken: TakenStep, outcome: Outcome): Promise<Taken> {
    const { conversation, run, token, index, automation } = taken;
    const item = {
      run,
      token,
      step: index,
      forMs: this.#options.claimMs,
      outcome: this.#encode(taken, outcome),
    };
    const reply = JSON.parse(await this.#run<string>("advance", conversation.organization, item)) as Reply;
    if (reply.kind === "schedule") throw new Error(`run ${run} became a schedule`);
    return reply.kind === "step" ? this.#open(conversation.organization, token, reply, automation) : reply;
  }

  /**
   * Begins the next runs of a schedule.
   * @param next when it is due again, in ms
   * @returns how many began, and whether there are more to begin; "lost" when it is not the caller's any more
   */
  async expand(
    { organization, run, token, at }: TakenSchedule,
    options: {
      readonly tag: string;
      readonly next: number;
      readonly batch: number;
      readonly pauseMs: number;
    },
  ): Promise<{ readonly begun: number; readonly more: boolean } | "lost"> {
    const item = { run, token, occurrence: at, ...options };
    const reply = await this.#run<"lost" | [begun: number, more: number]>("expand", organization, item);
    return reply === "lost" ? reply : { begun: reply[0], more: reply[1] === 1 };
  }

  #open(organization: string, token: string, reply: StepReply, known: Automation | undefined): TakenStep {
    const { sealing } = this.#options;
    const conversation = { organization, chat: reply.chat };
    const automation =
      known ?? openAutomation(sealing, organization, reply.automation, reply.definition ?? "");
    const step = automation.steps[reply.step];
    if (step === undefined) throw new RangeError(`run ${reply.run} has no step ${reply.step}`);
    const said = reply.body === undefined ? undefined : openBody(sealing, conversation, reply.body);
    const { kind, run, attempt, began, now, wrote, optedOut, personUntil, number } = reply;
    return {
      ...{ kind, conversation, run, automation, token, index: reply.step, step, attempt, began, now },
      ...{ wrote, optedOut, personUntil, number, text: said?.text, name: said?.name },
      // Lua writes an empty list as an empty object.
      tags: Array.isArray(reply.tags) ? reply.tags : [],
    };
  }

  #encode({ conversation, run, index }: TakenStep, outcome: Outcome): object {
    const message = (turn: string, part: number, text: string): object => ({
      id: messageId(conversation, turn, part),
      turn,
      part,
      body: sealBody(this.#options.sealing, conversation, { text }),
    });
    switch (outcome.kind) {
      case "send":
        return { kind: outcome.kind, ...message(`automation ${run}`, index, outcome.text) };
      case "hand-over":
        return {
          kind: outcome.kind,
          forMs: outcome.forMs,
          reply: message(`notice ${run}-${index}`, 0, outcome.text),
        };
      default:
        return outcome;
    }
  }

  async #run<T>(name: "claim" | "advance" | "expand", organization: string, item: object): Promise<T> {
    const { redis, keys, sealing, policy } = this.#options;
    const peppers = optOutPeppers(sealing, organization);
    const payload = JSON.stringify({ organization, peppers, ...policy(organization), ...item });
    return (await scripts[name].run(redis, [], [shardOf(organization), keys.prefix, payload])) as T;
  }
}
