import { createHash } from "node:crypto";
import type { Redis } from "ioredis";
import type { Keys } from "../adapters/redis/keys.ts";
import { recipients } from "../jobs/daily.ts";
import { errorFields, type Logger } from "../runtime/logging.ts";
import type { OrganizationSettings } from "../sessions/organization.ts";
import type { AlertEvent } from "./evaluate.ts";
import { alertKeysOf } from "./keys.ts";
import type { Outgoing, Way } from "./round.ts";
import type { Rule } from "./rule.ts";
import { messageOf, wordingOf } from "./wording.ts";

/** What was not to be told in this time is not news any more, in ms. */
const GIVE_UP_MS = 24 * 3_600_000;
/** A message that waits for its number is worth telling for this long, in ms. */
const NOTICE_MS = 6 * 3_600_000;
const OWNERS = "owners ";

/** Posts to the operators. */
export interface AlertWebhook {
  /** @param delivery the same for the same body, however often it is posted; rejects when it did not arrive */
  post(body: string, delivery: string, signal: AbortSignal): Promise<void>;
}

/** Tells one of an organization's people through its own number. */
export interface AlertNotices {
  push(notice: {
    readonly organization: string;
    readonly to: { readonly number: string };
    readonly id: string;
    readonly text: string;
    readonly forMs: number;
  }): Promise<unknown>;
}

export interface DeliveryOptions {
  readonly redis: Redis;
  readonly keys: Keys;
  readonly log: Logger;
  readonly namespace: string;
  readonly rules: readonly Rule[];
  readonly webhook: AlertWebhook | undefined;
  readonly notices: AlertNotices;
  /** Whose owners are told of what concerns the whole deployment. */
  readonly organization: string | undefined;
  settings(organization: string): OrganizationSettings | undefined;
}

/** Tells people what happened, by the ways that there are, until it arrived or is old. */
export class Delivery {
  readonly #options: DeliveryOptions;
  readonly #rules: ReadonlyMap<string, Rule>;

  constructor(options: DeliveryOptions) {
    this.#options = options;
    this.#rules = new Map(options.rules.map((rule) => [rule.id, rule]));
  }

  /**
   * By which ways an event is to be told. A number that is not connected cannot tell of itself: then it is the
   * webhook's, and that of the owners who are told of the deployment.
   */
  waysOf(event: AlertEvent): Way[] {
    const { webhook, organization: overall } = this.#options;
    const throughItself = event.organization !== undefined && !event.rule.startsWith("session-");
    const told = throughItself ? event.organization : overall;
    const mute = told === undefined || (told === event.organization && !throughItself);
    return [
      ...(webhook === undefined ? [] : (["webhook"] as const)),
      ...(mute ? [] : [`${OWNERS}${told}` as const]),
    ];
  }

  /** Says it in the log, where everything is said. */
  note(event: AlertEvent): void {
    const { log } = this.#options;
    const { id: _, kind, at: _at, ...fields } = event;
    const severity = this.#rules.get(event.rule)?.severity;
    const level = kind === "resolved" ? "info" : severity === "critical" ? "error" : "warn";
    log[level](`alert ${kind}`, fields);
  }

  /** Tells all of them once; whatever does not arrive is left for the next look. Two commands at most. */
  async deliver(outgoing: readonly Outgoing[], at: number, signal: AbortSignal): Promise<void> {
    if (outgoing.length === 0) return;
    const { redis, keys, log } = this.#options;
    const posted = await this.#post(outgoing, signal);
    const done: string[] = [];
    const left: string[] = [];
    for (const { event, ways } of outgoing) {
      const missing: Way[] = [];
      for (const way of ways)
        if (!(way === "webhook" ? posted : await this.#tellOwners(event, way))) missing.push(way);
      if (missing.length === 0) done.push(event.id);
      else if (at - event.at > GIVE_UP_MS) {
        done.push(event.id);
        log.error("alert not told in a day, and given up", {
          rule: event.rule,
          organization: event.organization,
        });
      } else if (missing.length < ways.length) left.push(event.id, JSON.stringify({ event, ways: missing }));
    }
    const { outgoing: key } = alertKeysOf(keys);
    if (done.length > 0) await redis.hdel(key, ...done);
    if (left.length > 0) await redis.hset(key, ...left);
  }

  async #post(outgoing: readonly Outgoing[], signal: AbortSignal): Promise<boolean> {
    const { webhook, namespace, log } = this.#options;
    const events = outgoing.filter(({ ways }) => ways.includes("webhook")).map(({ event }) => event);
    if (webhook === undefined) return false;
    if (events.length === 0) return true;
    const body = JSON.stringify({ v: 1, namespace, events: events.map((event) => this.#shown(event)) });
    try {
      // Repeated with other events, it is another body.
      await webhook.post(body, deliveryOf(events), signal);
      return true;
    } catch (error) {
      log.warn("alerts not posted, tried again with the next look", {
        events: events.length,
        ...errorFields(error),
      });
      return false;
    }
  }

  /** Ids and figures; the sentence names an organization by its id. */
  #shown(event: AlertEvent): object {
    const rule = this.#rules.get(event.rule);
    if (rule === undefined) return event;
    const { severity, unit, from } = rule;
    const { sentence, todo } = wordingOf(event, rule, (organization) => organization);
    return { ...event, severity, unit, from, sentence, ...(todo === undefined ? {} : { todo }) };
  }

  async #tellOwners(event: AlertEvent, way: Way): Promise<boolean> {
    const { notices, log } = this.#options;
    const organization = way.slice(OWNERS.length);
    const settings = this.#options.settings(organization);
    const rule = this.#rules.get(event.rule);
    // Of a rule that is gone there is nothing to tell.
    if (rule === undefined) return true;
    // Not known here yet, or gone: a later look knows, or gives up.
    if (settings === undefined) return false;
    const nameOf = (id: string): string => this.#options.settings(id)?.name ?? id;
    const text = messageOf(wordingOf(event, rule, nameOf));
    try {
      for (const { number } of recipients(settings))
        await notices.push({ organization, to: { number }, id: noticeId(event), text, forMs: NOTICE_MS });
      return true;
    } catch (error) {
      log.warn("owners not told, tried again with the next look", { organization, ...errorFields(error) });
      return false;
    }
  }
}

function deliveryOf(events: readonly AlertEvent[]): string {
  const [first] = events;
  if (events.length === 1 && first !== undefined) return first.id;
  return digestOf(events.map(({ id }) => id).join(" "));
}

/** Ids of notices are shorter than those of events can be, and what two organizations are in at once is two of them. */
function noticeId({ id, rule, kind }: AlertEvent): string {
  const whole = `alert.${id}`;
  return whole.length <= 100 ? whole : `alert.${rule}.${digestOf(id).slice(0, 32)}.${kind}`;
}

function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
