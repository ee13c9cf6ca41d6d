import type { Redis } from "ioredis";
import type { Keys } from "../adapters/redis/keys.ts";
import type { Sealing } from "../adapters/redis/sealing.ts";
import type { Inbound } from "../conversation/inbound.ts";
import type { Expectation, Start, Triggers as TriggersPort } from "../conversation/starts.ts";
import type { Conversation } from "../conversation/types.ts";
import { errorFields, type Logger } from "../runtime/logging.ts";
import type { Automation } from "./automation.ts";
import { automatedKey, automationKey, automationsKey, openAutomation, runId } from "./stored.ts";
import { hasPhrases, wordsOf } from "./words.ts";

/** Of a text, so much is looked at for keywords. */
const LOOKED_AT = 4_096;
const HOUR_MS = 3_600_000;
/** Chats of which something is remembered. */
const REMEMBERED = 10_000;

export interface TriggersOptions {
  readonly redis: Redis;
  readonly keys: Keys;
  readonly sealing: Sealing;
  readonly log: Logger;
}

/** An automation that a message may start, with what is looked for taken apart. */
interface Armed {
  readonly automation: Automation;
  readonly phrases: readonly (readonly string[])[];
}

/** What messages start in each organization: a copy in memory of the automations that messages concern. */
export class Triggers implements TriggersPort {
  readonly #options: TriggersOptions;
  readonly #armed = new Map<string, readonly Armed[]>();
  /** Chat → runs that its last message begins, once it is accepted. */
  readonly #begun = new Map<string, readonly string[]>();
  /** Chats that wrote before: nothing begins with their first message. */
  readonly #chats = new Map<string, true>();
  /** Organization → its changes that are known here. */
  readonly #known = new Map<string, string>();

  constructor(options: TriggersOptions) {
    this.#options = options;
  }

  /** Reads what changed. One that cannot be read starts nothing, and the others do. */
  async load(): Promise<void> {
    const { redis, keys, log } = this.#options;
    const changes = await redis.hgetall(automatedKey(keys.prefix));
    for (const organization of this.#known.keys()) {
      if (!(organization in changes)) this.#forget(organization);
    }
    const changed = Object.entries(changes).filter(([id, count]) => this.#known.get(id) !== count);
    await Promise.all(
      changed.map(async ([organization, count]) => {
        const armed = await this.#read(organization);
        // Another one was quicker, and has read what is newer.
        if (Number(this.#known.get(organization) ?? 0) > Number(count)) return;
        this.#armed.set(organization, armed);
        this.#known.set(organization, count);
      }),
    );
    if (changed.length > 0) log.info("automations read", { organizations: changed.length });
  }

  starts(conversation: Conversation, inbound: Inbound): readonly Start[] {
    const armed = this.#armed.get(conversation.organization);
    if (armed === undefined) return [];
    const customers = ["customer", "acknowledge", "hand-over"].includes(inbound.kind);
    if (!customers || ("who" in inbound && inbound.who === "team")) return [];
    const words = inbound.kind === "customer" ? wordsOf(inbound.text.slice(0, LOOKED_AT)) : [];
    const starts = armed.flatMap(({ automation, phrases }): Start[] => {
      const { trigger, id, whilePersonHasChat } = automation;
      const start = {
        automation: id,
        run: runId(id, conversation, `${inbound.sender} ${inbound.id}`),
        waits: whilePersonHasChat === "wait",
        instead: "instead" in trigger && trigger.instead,
      };
      if (trigger.on === "first-message") return [{ ...start, when: "first" }];
      const found = trigger.on === "keyword" && hasPhrases(words, phrases, trigger.match);
      return found ? [{ ...start, when: "always" }] : [];
    });
    const begun = starts.filter(({ when }) => when === "always" || !this.#knows(conversation));
    if (begun.length > 0)
      remember(
        this.#begun,
        memberOf(conversation),
        begun.map(({ run }) => run),
      );
    return starts;
  }

  /** Runs that the last message of a chat is likely to have begun, told once: whoever waits for a sweep waits for seconds. */
  begun(conversation: Conversation): readonly string[] {
    const runs = this.#begun.get(memberOf(conversation)) ?? [];
    this.#begun.delete(memberOf(conversation));
    return runs;
  }

  /** Whether the chat was asked about before. */
  #knows(conversation: Conversation): boolean {
    const member = memberOf(conversation);
    const known = this.#chats.has(member);
    remember(this.#chats, member, true);
    return known;
  }

  expects(conversation: Conversation): readonly Expectation[] {
    return (this.#armed.get(conversation.organization) ?? []).flatMap(({ automation: { id, trigger } }) =>
      trigger.on === "no-reply"
        ? [
            {
              automation: id,
              run: `quiet-${runId(id, conversation, "quiet")}`,
              afterMs: Math.ceil(trigger.hours * HOUR_MS),
            },
          ]
        : [],
    );
  }

  async #read(organization: string): Promise<readonly Armed[]> {
    const { redis, keys, sealing, log } = this.#options;
    const armed: Armed[] = [];
    const all = await redis.hgetall(automationsKey(keys.prefix, organization));
    for (const [id, meta] of Object.entries(all)) {
      const [version = "", on] = meta.split(" ");
      if (on !== "on") continue;
      try {
        const sealed = await redis.hget(automationKey(keys.prefix, organization, id), version);
        // Changed at this moment: there is news of that, too.
        if (sealed === null) continue;
        const automation = openAutomation(sealing, organization, id, sealed);
        const { trigger } = automation;
        if (trigger.on === "tag" || trigger.on === "schedule") continue;
        armed.push({ automation, phrases: trigger.on === "keyword" ? trigger.words.map(wordsOf) : [] });
      } catch (error) {
        log.error("automation cannot be read", { organization, automation: id, ...errorFields(error) });
      }
    }
    return armed;
  }

  #forget(organization: string): void {
    this.#known.delete(organization);
    this.#armed.delete(organization);
  }
}

/** Adds to a map that keeps the last ones. */
function remember<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= REMEMBERED) return;
  const [oldest] = map.keys();
  if (oldest !== undefined) map.delete(oldest);
}

function memberOf({ organization, chat }: Conversation): string {
  return `${organization} ${chat}`;
}
