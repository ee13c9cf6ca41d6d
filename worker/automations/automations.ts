import { randomUUID } from "node:crypto";
import type { Redis } from "ioredis";
import type { Keys } from "../adapters/redis/keys.ts";
import type { Sealing } from "../adapters/redis/sealing.ts";
import type { Policy } from "../conversation/policy.ts";
import type { Conversation } from "../conversation/types.ts";
import { shardOf } from "../sessions/shards.ts";
import { InvalidTemplate } from "../campaigns/template.ts";
import { automation, type Automation, type AutomationInput } from "./automation.ts";
import { nextOccurrence } from "./clock.ts";
import { unknownVariables, VARIABLES } from "./variables.ts";
import { scripts } from "./scripts.ts";
import { automationKey, automationsKey, openAutomation, runId, sealAutomation } from "./stored.ts";

/** Automations of one organization. */
const AUTOMATIONS_MAX = 200;

/** An automation cannot be had as it is given; the message says why. */
export class InvalidAutomation extends Error {
  override readonly name = "InvalidAutomation";
}

export interface AutomationsOptions {
  readonly redis: Redis;
  readonly keys: Keys;
  readonly sealing: Sealing;
  policy(organization: string): Policy;
  /** IANA name, of an organization. */
  timeZone(organization: string): Promise<string>;
}

/** One as it is listed, with its version, which grows with each change. */
export type SavedAutomation = Automation & { readonly version: number };

/** What organizations have done by themselves. Any process may change it; owners of shards learn of it with a heartbeat. */
export class Automations {
  readonly #options: AutomationsOptions;

  constructor(options: AutomationsOptions) {
    this.#options = options;
  }

  /**
   * Adds one, or changes that of the same id; runs that go on stick to the steps with which they began.
   * @returns its version
   * @throws InvalidAutomation, ZodError
   */
  async put(organization: string, given: AutomationInput): Promise<number> {
    const { sealing, timeZone } = this.#options;
    const value = automation.parse(given);
    requireKnownVariables(value);
    const { trigger, steps, limits } = value;
    const at =
      trigger.on === "schedule"
        ? nextOccurrence(trigger.cron, await timeZone(organization), Date.now())
        : undefined;
    const version = await this.#run<number>("save", organization, {
      automation: value.id,
      sealed: sealAutomation(sealing, organization, value),
      on: value.enabled,
      daily: limits.perContactPerDay,
      person: value.whilePersonHasChat,
      steps: steps.length,
      trigger: trigger.on === "tag" ? `tag:${trigger.tag}` : trigger.on,
      at,
      most: AUTOMATIONS_MAX,
    });
    if (version === 0)
      throw new InvalidAutomation(
        `${organization}: expected at most ${AUTOMATIONS_MAX} automations, got one more`,
      );
    return version;
  }

  /** Its runs end when they would go on. @returns whether it was there */
  async remove(organization: string, id: string): Promise<boolean> {
    return (await this.#run<number>("save", organization, { automation: id })) === 1;
  }

  /** Switched off, it begins nothing, and its runs end when they would go on. @returns whether it is there */
  async enable(organization: string, id: string, enabled: boolean): Promise<boolean> {
    const found = await this.find(organization, id);
    if (found === undefined) return false;
    const { version: _version, ...value } = found;
    if (value.enabled !== enabled) await this.put(organization, { ...value, enabled });
    return true;
  }

  /** @throws Unsealable */
  async find(organization: string, id: string): Promise<SavedAutomation | undefined> {
    const { redis, keys, sealing } = this.#options;
    const meta = await redis.hget(automationsKey(keys.prefix, organization), id);
    const [version = ""] = meta?.split(" ") ?? [];
    if (version === "") return undefined;
    const sealed = await redis.hget(automationKey(keys.prefix, organization, id), version);
    // Changed at this moment.
    if (sealed === null) return await this.find(organization, id);
    return { ...openAutomation(sealing, organization, id, sealed), version: Number(version) };
  }

  /** In the order of their ids. @throws Unsealable */
  async list(organization: string): Promise<SavedAutomation[]> {
    const { redis, keys } = this.#options;
    const ids = await redis.hkeys(automationsKey(keys.prefix, organization));
    const found = await Promise.all(ids.toSorted().map((id) => this.find(organization, id)));
    return found.filter((each) => each !== undefined);
  }

  /**
   * Starts one for a contact, whatever its trigger is.
   * @param cause why: the same again starts it once
   * @returns "refused" where a limit does; the list of runs says which
   */
  async start(
    conversation: Conversation,
    id: string,
    cause: string = randomUUID(),
  ): Promise<{ readonly run: string; readonly outcome: "begun" | "unknown" | "off" | "refused" }> {
    const { organization, chat } = conversation;
    const run = runId(id, conversation, `start ${cause}`);
    return { run, outcome: await this.#run("start", organization, { chat, automation: id, run }) };
  }

  /** Puts a tag on a contact, which may start automations. @returns whether it had not got it */
  async tag(
    { organization, chat }: Conversation,
    tag: string,
    cause: string = randomUUID(),
  ): Promise<boolean> {
    return (await this.#run<number>("tag", organization, { chat, tag, cause })) === 1;
  }

  /** @returns whether the contact had it */
  async untag({ organization, chat }: Conversation, tag: string): Promise<boolean> {
    return (await this.#run<number>("tag", organization, { chat, tag, remove: true })) === 1;
  }

  async tagsOf({ organization, chat }: Conversation): Promise<string[]> {
    const { redis, keys } = this.#options;
    return (await redis.smembers(`${keys.prefix}:tags:${organization}:${chat}`)).toSorted();
  }

  /** Forgets a contact: runs, tags and counts. @returns how many runs */
  async forget({ organization, chat }: Conversation): Promise<number> {
    return await this.#run("forget", organization, { chat });
  }

  async #run<T>(name: "save" | "start" | "tag" | "forget", organization: string, item: object): Promise<T> {
    const { redis, keys, policy } = this.#options;
    const payload = JSON.stringify({ organization, ...policy(organization), ...item });
    return (await scripts[name].run(redis, [], [shardOf(organization), keys.prefix, payload])) as T;
  }
}

function requireKnownVariables({ steps }: Automation): void {
  for (const [index, step] of steps.entries()) {
    const text = step.do === "send" || step.do === "hand-over" ? (step.text ?? "") : "";
    const [unknown] = variablesIn(text, index);
    if (unknown === undefined) continue;
    throw new InvalidAutomation(
      `steps[${index}].text: expected one of ${VARIABLES.map((name) => `{{${name}}}`).join(", ")}, got {{${unknown}}}`,
    );
  }
}

function variablesIn(text: string, index: number): string[] {
  try {
    return unknownVariables(text);
  } catch (error) {
    if (!(error instanceof InvalidTemplate)) throw error;
    throw new InvalidAutomation(`steps[${index}].text: ${error.message}`);
  }
}
