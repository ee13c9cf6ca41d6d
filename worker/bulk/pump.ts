import type { Redis } from "ioredis";
import type { Keys } from "../adapters/redis/keys.ts";
import type { Sealing } from "../adapters/redis/sealing.ts";
import { policyOf } from "../conversation/policy.ts";
import type { Conversation } from "../conversation/types.ts";
import { errorFields, type Logger } from "../runtime/logging.ts";
import { runFenced } from "../sessions/fenced.ts";
import type { Lease } from "../sessions/lease.ts";
import type { OrganizationSettings } from "../sessions/organization.ts";
import { decide, type Offered, type Take } from "./offer.ts";
import { gapMs, hoursAt } from "./pace.ts";
import { optOutPeppers } from "./erased-opt-outs.ts";
import { scripts } from "./scripts.ts";

/** What the pump needs of the owner of an organization's shard. */
export interface PumpOptions {
  readonly redis: Redis;
  readonly keys: Keys;
  readonly sealing: Sealing;
  readonly log: Logger;
  /** Undefined while they are not known, or cannot be read. */
  settings(organization: string): OrganizationSettings | undefined;
  /** The socket, while it is open. */
  connection(organization: string): Pick<Resolver, "resolve"> | undefined;
  /** Undefined too while it is let go. */
  lease(organization: string): Lease | undefined;
  /** Does something that a hand-over waits for. Never rejects. */
  perform(organization: string, what: string, work: () => Promise<void>): Promise<void>;
  /** Sends what is in a conversation's outbox. */
  deliver(conversation: Conversation): Promise<void>;
  /** A campaign's lane runs low. */
  refill(organization: string, campaign: string): Promise<void>;
  /** From 0 to 1. */
  random?(): number;
}

interface Resolver {
  resolve(number: string): Promise<string | undefined>;
}

/** Of one number, between steps. */
interface Standing {
  busy: boolean;
  /** Looked at while it was busy. */
  again: boolean;
  offered: Offered | undefined;
  /** With which it was looked at last. */
  settings: OrganizationSettings | undefined;
  /** What it waits for. */
  why: string | undefined;
  /** What the store's clock is ahead of ours, in ms. */
  aheadMs: number;
  timer: NodeJS.Timeout | undefined;
}

/** What one step says; times in ms of store time. */
interface Step {
  readonly now: number;
  readonly took?:
    | "sent"
    | "failed"
    | "again"
    | "closed"
    | "over"
    | "held"
    | "stale"
    | "skipped"
    | "repeated"
    | "later";
  readonly offer?: Offered;
  /** When to step again; undefined when no lane has anything. */
  readonly at?: number;
  readonly why?: "pace" | "flight" | "day" | "quiet" | "refused" | "lane";
  readonly refill?: string;
}

/** What is due later than this comes with the heartbeat alone. */
const TIMER_MS = 10 * 60_000;

/**
 * Releases what is in the lanes of the numbers that this process owns, each at its pace. When the next part is due stands in
 * the store, so that a crash, a hand-over or a lost timer changes nothing of it.
 */
export class Pump {
  readonly #options: PumpOptions;
  readonly #numbers = new Map<string, Standing>();
  #closed = false;

  constructor(options: PumpOptions) {
    this.#options = options;
  }

  /** Has a number looked at; harmless at any time and any number of times. */
  look(organization: string): void {
    if (this.#closed) return;
    const number = this.#numbers.get(organization) ?? standing();
    this.#numbers.set(organization, number);
    if (number.busy) {
      number.again = true;
      return;
    }
    void this.#work(organization, number);
  }

  /** A part of an organization was acked or refused. */
  acked(organization: string): void {
    if (this.#numbers.get(organization)?.why === "flight") this.look(organization);
  }

  /** Settings may have changed: what waits may wait for something else now. */
  refreshed(): void {
    for (const [organization, number] of this.#numbers)
      if (number.settings !== undefined && number.settings !== this.#options.settings(organization))
        this.look(organization);
  }

  /** Releases nothing more. */
  close(): void {
    this.#closed = true;
    for (const { timer } of this.#numbers.values()) clearTimeout(timer);
    this.#numbers.clear();
  }

  async #work(organization: string, number: Standing): Promise<void> {
    number.busy = true;
    clearTimeout(number.timer);
    let nextMs: number | undefined;
    do {
      number.again = false;
      nextMs = undefined;
      await this.#options.perform(organization, "lanes released", async () => {
        nextMs = await this.#steps(organization, number);
      });
    } while (number.again && nextMs !== undefined);
    number.busy = false;
    if (nextMs === undefined || this.#closed) this.#numbers.delete(organization);
    else if (nextMs <= TIMER_MS) number.timer = setTimeout(() => this.look(organization), nextMs);
  }

  /** Steps until the number has to wait; ms from now, or undefined when there is nothing to wait for here. */
  async #steps(organization: string, number: Standing): Promise<number | undefined> {
    for (;;) {
      const take =
        number.offered === undefined ? undefined : await this.#decide(organization, number, number.offered);
      number.offered = undefined;
      // Asked only now: it may have taken a while to look a number up.
      const lease = this.#options.lease(organization);
      const settings = this.#options.settings(organization);
      if (this.#closed || lease === undefined || settings === undefined) return undefined;
      if (this.#options.connection(organization) === undefined) return undefined;
      number.settings = settings;
      const step = await this.#step(organization, lease, settings, number, take);
      this.#note(organization, number, step);
      if (step.took === "sent" && take?.verdict === "send")
        await this.#options.deliver({ organization, chat: take.chat });
      if (step.refill !== undefined) await this.#options.refill(organization, step.refill);
      if (step.at === undefined) return undefined;
      if (step.at > step.now) return step.at - step.now;
    }
  }

  async #decide(organization: string, number: Standing, offered: Offered): Promise<Take | undefined> {
    const { sealing, log } = this.#options;
    const settings = this.#options.settings(organization);
    const connection = this.#options.connection(organization);
    if (settings === undefined || connection === undefined) return undefined;
    const take = await decide(offered, {
      organization,
      settings,
      sealing,
      now: Date.now() + number.aheadMs,
      random: () => this.#random(),
      resolve: (phone) => connection.resolve(phone),
      failed: (error) =>
        log.warn("part not ready", {
          organization,
          lane: offered.lane,
          ref: offered.part.ref,
          ...errorFields(error),
        }),
    });
    // The socket went while a number was looked up: that says nothing about the part.
    const gone = this.#options.connection(organization) === undefined;
    return take.verdict === "again" && gone ? undefined : take;
  }

  async #step(
    organization: string,
    lease: Lease,
    settings: OrganizationSettings,
    number: Standing,
    take: Take | undefined,
  ): Promise<Step> {
    const now = Date.now() + number.aheadMs;
    const { perDay, coldPerDay } = settings.pacing;
    const item = {
      organization,
      ...policyOf(settings, now),
      ...hoursAt(settings, now),
      perDay,
      coldPerDay,
      gapMs: gapMs(settings.pacing, this.#random()),
      peppers: optOutPeppers(this.#options.sealing, organization),
      take,
    };
    return JSON.parse((await runFenced(this.#options, scripts.step, lease, item)) as string) as Step;
  }

  #note(organization: string, number: Standing, step: Step): void {
    const { log } = this.#options;
    number.aheadMs = step.now - Date.now();
    number.offered = step.offer;
    if (step.why === "refused" && number.why !== "refused")
      log.warn("number pauses what goes to many: WhatsApp refused some of it", {
        organization,
        until: new Date(step.at ?? step.now).toISOString(),
      });
    number.why = step.why;
  }

  #random(): number {
    return this.#options.random?.() ?? Math.random();
  }
}

function standing(): Standing {
  return {
    busy: false,
    again: false,
    offered: undefined,
    settings: undefined,
    why: undefined,
    aheadMs: 0,
    timer: undefined,
  };
}
