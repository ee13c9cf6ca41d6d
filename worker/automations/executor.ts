import type { Lanes } from "../bulk/lanes.ts";
import { AiMisconfigured, AiRefused, BudgetSpent, type Writer } from "../conversation/completions.ts";
import type { Conversation } from "../conversation/types.ts";
import { errorFields, type Logger } from "../runtime/logging.ts";
import type { OrganizationSettings } from "../sessions/organization.ts";
import type { Step } from "./automation.ts";
import { nextOccurrence, nextTimeOfDay } from "./clock.ts";
import type { Outcome, RunRecord, TakenSchedule, TakenStep } from "./run-record.ts";
import { hasVariable, withValues, type Values } from "./variables.ts";
import { WebhookFailed, type Webhook } from "./webhook.ts";

/** Attempts at one step. */
const ATTEMPTS = 6;
const MINUTE_MS = 60_000;
/** What is sent so soon after the contact wrote is a reply, and needs no place in a lane. */
const REPLY_MS = MINUTE_MS;
/** Nobody who is called has a run wait for longer. */
const RETRY_AFTER_MAX_MS = 24 * 60 * MINUTE_MS;
/** Of a message that the AI wrote, or that has a customer's words in it, so much goes out. */
const LONGEST_MESSAGE = 4_096;
/** What could not be sent by then, as by a number that is out of order, is of no use any more. */
const LANE_MS = 7 * 24 * 60 * MINUTE_MS;
/** Runs of a schedule that begin at once, and how long until the next ones do. */
const BATCH = 50;
const BATCH_PAUSE_MS = 5_000;
/** A schedule that is later than this, as after an outage, waits for its next time. */
const LATE_MS = 6 * 60 * MINUTE_MS;

export interface ExecutorOptions {
  readonly runs: Pick<RunRecord, "claim" | "advance" | "expand">;
  readonly lanes: Pick<Lanes, "push">;
  readonly writer: Writer;
  readonly webhook: Webhook;
  readonly log: Logger;
  /** Before the second attempt at a step, in ms; four times as long with each. */
  readonly backoffMs: number;
  /** Of an organization, at this moment; undefined where it is not known. */
  settings(organization: string): Promise<OrganizationSettings | undefined>;
  /** The name that a contact shows, where it is known. */
  nameOf(conversation: Conversation): Promise<string | undefined>;
  /** A message is in a chat's outbox. */
  sent(conversation: Conversation): void;
}

/** Does the steps of runs. Any process may, at any time and any number of times: the store lets one of them through. */
export class Executor {
  readonly #options: ExecutorOptions;

  constructor(options: ExecutorOptions) {
    this.#options = options;
  }

  /** Does what a run has to do now. @throws Unsealable, or what the store throws: the run is taken up again after a while */
  async advance(organization: string, run: string, signal: AbortSignal): Promise<void> {
    const { runs, log } = this.#options;
    let taken = await runs.claim(organization, run);
    if (taken.kind === "schedule") await this.#expand(taken);
    while (taken.kind === "step") {
      const { conversation, index } = taken;
      const step = taken;
      const outcome = await this.#outcome(step, signal);
      taken = await runs.advance(step, outcome);
      if (taken.kind === "sent" || outcome.kind === "hand-over") this.#options.sent(conversation);
      if (taken.kind === "lost") log.info("step came too late", { organization, run, step: index });
    }
    if (taken.kind === "gone" && taken.reason !== undefined)
      log.info("run ended", { organization, run, state: taken.state, reason: taken.reason });
  }

  /** A step that fails is tried again, some times. */
  async #outcome(taken: TakenStep, signal: AbortSignal): Promise<Outcome> {
    const { backoffMs, log } = this.#options;
    const { organization } = taken.conversation;
    if (taken.attempt >= ATTEMPTS)
      return failed(`step ${taken.index + 1} was begun ${ATTEMPTS} times and never ended`);
    try {
      signal.throwIfAborted();
      const settings = await this.#options.settings(organization);
      // Not for good: another process may be able to read them.
      if (settings === undefined) throw new Error("the organization's settings are not known");
      return await this.#do(taken, settings, signal);
    } catch (error) {
      // Whoever is next does it at once, and it was nobody's fault.
      if (signal.aborted) return { kind: "again", inMs: 0, counts: false };
      const reason = error instanceof Error ? error.message : "unknown";
      log.warn("step failed", {
        ...{ organization, run: taken.run, step: taken.index, attempt: taken.attempt + 1 },
        ...errorFields(error),
      });
      if (isPermanent(error) || taken.attempt + 1 >= ATTEMPTS) return failed(reason);
      const { retryAfterMs = 0 } = error as { retryAfterMs?: number };
      const inMs = Math.max(backoffMs * 4 ** taken.attempt, Math.min(retryAfterMs, RETRY_AFTER_MAX_MS));
      return { kind: "again", inMs, counts: true };
    }
  }

  async #do(taken: TakenStep, settings: OrganizationSettings, signal: AbortSignal): Promise<Outcome> {
    const { step, now } = taken;
    switch (step.do) {
      case "send":
        if (!isSendable(taken)) return { kind: "not-now" };
        return await this.#send(taken, withValues(step.text, await this.#values(taken, step.text, settings)));
      case "ask":
        // Before the AI is paid for what nobody will read.
        if (!isSendable(taken)) return { kind: "not-now" };
        return await this.#send(taken, await this.#ask(taken, step.instruction, settings, signal));
      case "wait":
        return step.until === undefined
          ? { kind: "wait", inMs: Math.round((step.minutes ?? 0) * MINUTE_MS) }
          : { kind: "wait", at: nextTimeOfDay(step.until, settings.timeZone, now) };
      case "tag":
      case "untag":
        return { kind: step.do, tag: step.tag };
      case "hand-over": {
        const meant = step.text ?? "";
        const text = withValues(meant, await this.#values(taken, meant, settings)).trim();
        const forMs = settings.handOverMinutes * MINUTE_MS;
        return { kind: step.do, forMs, text: text === "" ? settings.handOverMessage : shortened(text) };
      }
      case "webhook":
        await this.#options.webhook.call(callOf(taken, step), signal);
        return { kind: "next" };
      case "stop-if": {
        const reason = reasonToStop(taken, step);
        return reason === undefined ? { kind: "next" } : { kind: "end", state: "stopped", reason };
      }
    }
  }

  async #send(taken: TakenStep, written: string): Promise<Outcome> {
    const { conversation, run, index, wrote, now } = taken;
    const text = shortened(written);
    if (text.trim() === "") return failed(`step ${index + 1} has no text for this contact`);
    if (wrote !== undefined && now - wrote <= REPLY_MS) return { kind: "send", text };
    const { organization, chat } = conversation;
    // Once, however often: the lane knows it by run and part.
    await this.#options.lanes.push([
      { organization, to: { chat }, source: "automation", run, part: index, text, until: now + LANE_MS },
    ]);
    return { kind: "in-lane" };
  }

  async #ask(
    taken: TakenStep,
    instruction: string,
    settings: OrganizationSettings,
    signal: AbortSignal,
  ): Promise<string> {
    const { conversation, text } = taken;
    const name = taken.name ?? (await this.#options.nameOf(conversation));
    const facts = [name && `Name of the customer: ${name}`, text && `The customer wrote: ${text}`].filter(
      Boolean,
    );
    return await this.#options.writer.write(
      {
        ...{ organization: conversation.organization, settings, conversation, purpose: "automation" },
        instructions: instruction,
        facts: facts.join("\n"),
      },
      signal,
    );
  }

  /** Of those that stand in a text: to know a name may cost a look into the conversation. */
  async #values(taken: TakenStep, text: string, settings: OrganizationSettings): Promise<Values> {
    const { conversation, name, number } = taken;
    const nome = name ?? (hasVariable(text, "nome") ? await this.#options.nameOf(conversation) : undefined);
    return { nome, texto: taken.text, numero: number, empresa: settings.name };
  }

  async #expand(schedule: TakenSchedule): Promise<void> {
    const { runs, log } = this.#options;
    const { organization, run, automation, at, now, begun } = schedule;
    const { trigger } = automation;
    if (trigger.on !== "schedule") throw new Error(`run ${run} is of no schedule`);
    const settings = await this.#options.settings(organization);
    const next = nextOccurrence(trigger.cron, settings?.timeZone ?? "UTC", now);
    const late = !begun && now - at > LATE_MS;
    if (late)
      log.warn("schedule missed", {
        organization,
        automation: automation.id,
        at: new Date(at).toISOString(),
      });
    const batch = late || settings === undefined ? 0 : BATCH;
    const expanded = await runs.expand(schedule, {
      tag: trigger.audience.tag,
      next,
      batch,
      pauseMs: BATCH_PAUSE_MS,
    });
    if (expanded !== "lost") log.info("schedule", { organization, automation: automation.id, ...expanded });
  }
}

function shortened(text: string): string {
  return [...text.toWellFormed()].slice(0, LONGEST_MESSAGE).join("");
}

function failed(reason: string): Outcome {
  return { kind: "end", state: "failed", reason };
}

/** The store decides once more, in the write that sends it. */
function isSendable({ personUntil, optedOut }: TakenStep): boolean {
  return personUntil === undefined && !optedOut;
}

function reasonToStop(
  { wrote, began, tags }: TakenStep,
  { replied, tag, withoutTag }: Extract<Step, { do: "stop-if" }>,
): string | undefined {
  // What began the run was written when it began.
  if (replied && wrote !== undefined && wrote > began) return "the contact replied";
  if (tag !== undefined && tags.includes(tag)) return `the contact has the tag ${tag}`;
  if (withoutTag !== undefined && !tags.includes(withoutTag))
    return `the contact has not got the tag ${withoutTag}`;
  return undefined;
}

function callOf(
  { conversation, automation, run, index, now, number, name, tags }: TakenStep,
  { url, secret }: Extract<Step, { do: "webhook" }>,
): Parameters<Webhook["call"]>[0] {
  const { organization, chat } = conversation;
  const body = JSON.stringify({
    event: "automation.step",
    organization,
    automation: { id: automation.id, name: automation.name },
    run,
    step: index + 1,
    contact: { chat, number, name, tags },
    at: new Date(now).toISOString(),
  });
  return { url, secret, delivery: `${run}/${index + 1}`, body };
}

function isPermanent(error: unknown): boolean {
  if (error instanceof WebhookFailed) return error.permanent;
  return error instanceof AiRefused || error instanceof AiMisconfigured || error instanceof BudgetSpent;
}
