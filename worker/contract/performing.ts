import type { Redis } from "ioredis";
import type { Keys } from "../adapters/redis/keys.ts";
import { InvalidAutomation, type Automations } from "../automations/automations.ts";
import type { Lanes } from "../bulk/lanes.ts";
import type { OptOuts } from "../bulk/opt-outs.ts";
import { type Audience, InvalidAudience } from "../campaigns/audience.ts";
import { type Campaigns, InvalidWindow } from "../campaigns/campaigns.ts";
import { InvalidTemplate } from "../campaigns/template.ts";
import { messageId } from "../conversation/message-id.ts";
import type { ConversationRecord } from "../conversation/record.ts";
import type { Conversation } from "../conversation/types.ts";
import type { Organizations } from "../sessions/organizations.ts";
import type { CallData, CallInput, CallName, Contact } from "./calls.ts";
import { chatOf } from "./contacts.ts";
import { readCall } from "./reading.ts";
import { Refused } from "./refused.ts";

/** Who wrote within a day may be written to as in a talk; everybody else is somebody who did not ask. */
const TALK_MS = 24 * 3_600_000;

export interface PerformingOptions {
  readonly redis: Redis;
  readonly keys: Keys;
  readonly organizations: Pick<Organizations, "refresh" | "find">;
  readonly record: Pick<ConversationRecord, "enqueue">;
  readonly lanes: Pick<Lanes, "push">;
  readonly optOuts: Pick<OptOuts, "add" | "remove">;
  readonly campaigns: Pick<Campaigns, "create" | "pause" | "resume" | "cancel">;
  readonly automations: Pick<Automations, "put" | "remove" | "start" | "tag" | "untag">;
  /** Has the owner of a conversation look at it. */
  wake(conversation: Conversation): Promise<void>;
  /** Asks the owner of an organization's shard, and resolves with its last answer. @throws Refused when there is none */
  ask(request: OwnerRequest): Promise<Readonly<Record<string, string>>>;
}

/** What only the owner of an organization's shard can do. */
export type OwnerRequest =
  | { readonly verb: "erase contact"; readonly organization: string; readonly contact: Contact }
  | { readonly verb: "erase organization"; readonly organization: string };

/** What became of a call: ids, states and counts. */
export type Outcome = Readonly<Record<string, unknown>>;

type Performers = {
  readonly [Name in CallName]: (data: CallData<Name>) => Promise<Outcome>;
};

/** Does what other services call for. Any process may; the same call again has the same effect as once. */
export class Performing {
  readonly #options: PerformingOptions;
  readonly #performers: Performers;

  constructor(options: PerformingOptions) {
    this.#options = options;
    this.#performers = {
      "message.send": (data) => this.#send(data),
      "campaign.create": ({ audience, ...data }) => this.createCampaign(data, { rows: audience }),
      "campaign.pause": (data) => this.#control(data, "pause"),
      "campaign.resume": (data) => this.#control(data, "resume"),
      "campaign.cancel": (data) => this.#control(data, "cancel"),
      "automation.put": async ({ organization, ...given }) => ({
        automation: given.id,
        version: await options.automations.put(organization, given),
      }),
      "automation.remove": async ({ organization, id }) => {
        if (await options.automations.remove(organization, id)) return { automation: id, outcome: "removed" };
        throw new Refused("unknown", `automation ${id}: expected one of ${organization}, got an unknown one`);
      },
      "automation.start": (data) => this.#start(data),
      "contact.tag": (data) => this.#tag(data),
      "contact.optOut": async ({ organization, contact, undo }) => {
        const { optOuts } = options;
        const news = await (undo
          ? optOuts.remove(organization, contact)
          : optOuts.add(organization, contact));
        return { outcome: news ? "changed" : "unchanged" };
      },
      "contact.erase": async ({ organization, contact }) => ({
        ...(await options.ask({ verb: "erase contact", organization, contact })),
        outcome: "erased",
      }),
      "organization.erase": (data) => this.#eraseOrganization(data),
    };
  }

  /**
   * @param version as which the call was written; without one it is the first
   * @throws Refused
   */
  async perform<Name extends CallName>(
    name: Name,
    call: CallInput<Name>,
    version?: number,
  ): Promise<Outcome> {
    const data = readCall(name, call, version);
    // One whose erasure was cut off is not known any more, and is to be erased all the same.
    if (name !== "organization.erase") await this.requireKnown(data.organization);
    return await refusing(name, () =>
      (this.#performers[name] as (given: typeof data) => Promise<Outcome>)(data),
    );
  }

  /** As the call `campaign.create`, with an audience that may come as a file of any length. @throws Refused */
  async createCampaign(
    { organization, id, ...definition }: Omit<CallData<"campaign.create">, "audience">,
    audience: Audience,
  ): Promise<Outcome> {
    return await refusing("campaign.create", async () => {
      const { campaign, outcome, total, leftOut } = await this.#options.campaigns.create({
        ...{ organization, id, definition, audience },
      });
      return { campaign, outcome, total, leftOut };
    });
  }

  /** @throws Refused */
  async requireKnown(organization: string): Promise<void> {
    if (!(await this.#isKnown(organization))) throw unknownOrganization(organization);
  }

  async #isKnown(organization: string): Promise<boolean> {
    const { organizations } = this.#options;
    await organizations.refresh();
    return organizations.find(organization) !== undefined;
  }

  async #send({ organization, id, to, text, priority }: CallData<"message.send">): Promise<Outcome> {
    const { lanes, record, redis, keys } = this.#options;
    if (priority !== "reply") {
      // With a character that no id has: it is no part of the campaign or the run that is called the same.
      const run = `message.${id}`;
      const [outcome] = await lanes.push([{ organization, to, source: priority, run, part: 0, text }]);
      return { id, outcome };
    }
    const chat = await this.#chat(organization, to);
    const wrote = await redis.hget(`${keys.prefix}:contact:${organization}:${chat}`, "wrote");
    if (Number(wrote ?? 0) < Date.now() - TALK_MS)
      throw new Refused(
        "conflict",
        `message ${id}: expected somebody who wrote within a day for priority reply; send it as automation, which keeps the number's pace`,
      );
    const conversation = { organization, chat };
    const offer = { source: "message", run: id, part: 0, text } as const;
    const outcome = await record.enqueue(conversation, offer);
    await this.#options.wake(conversation);
    return { id, outcome, messageId: messageId(conversation, `message ${id}`, 0) };
  }

  async #control(
    { organization, id }: CallData<"campaign.pause">,
    verb: "pause" | "resume" | "cancel",
  ): Promise<Outcome> {
    const state = await this.#options.campaigns[verb](organization, id);
    if (state === undefined)
      throw new Refused("unknown", `campaign ${id}: expected one of ${organization}, got an unknown one`);
    const wanted = { pause: ["paused"], resume: ["running", "scheduled"], cancel: ["cancelled"] }[verb];
    if (!wanted.includes(state))
      throw new Refused("conflict", `campaign ${id}: expected one that goes on, got one that is ${state}`);
    return { campaign: id, state };
  }

  async #start({ organization, id, contact, cause }: CallData<"automation.start">): Promise<Outcome> {
    const chat = await this.#chat(organization, contact);
    const { run, outcome } = await this.#options.automations.start({ organization, chat }, id, cause);
    if (outcome === "unknown")
      throw new Refused("unknown", `automation ${id}: expected one of ${organization}, got an unknown one`);
    if (outcome === "off")
      throw new Refused("conflict", `automation ${id}: expected one that is enabled, got one that is not`);
    if (outcome === "refused")
      throw new Refused(
        "conflict",
        `automation ${id}: a limit keeps it from starting; run ${run} says which`,
      );
    return { run, outcome };
  }

  async #eraseOrganization({ organization }: CallData<"organization.erase">): Promise<Outcome> {
    const isKnown = await this.#isKnown(organization);
    const answer = await this.#options.ask({ verb: "erase organization", organization });
    if (!isKnown && answer["entries"] === "0") throw unknownOrganization(organization);
    return { ...answer, outcome: "erased" };
  }

  async #tag({ organization, contact, tag, remove }: CallData<"contact.tag">): Promise<Outcome> {
    const { automations } = this.#options;
    const conversation = { organization, chat: await this.#chat(organization, contact) };
    const news = await (remove ? automations.untag(conversation, tag) : automations.tag(conversation, tag));
    return { outcome: news ? "changed" : "unchanged" };
  }

  async #chat(organization: string, contact: Contact): Promise<string> {
    const chat = await chatOf(this.#options, organization, contact);
    if (chat !== undefined) return chat;
    throw new Refused(
      "unknown",
      "contact: expected somebody who wrote to the organization, got a number that never did",
    );
  }
}

function unknownOrganization(organization: string): Refused {
  return new Refused(
    "unknown",
    `organization ${organization}: expected one that was added, got an unknown one`,
  );
}

/** What cannot be meant is the caller's to mend; anything else is not. */
async function refusing(name: CallName, work: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await work();
  } catch (error) {
    if (
      error instanceof InvalidTemplate ||
      error instanceof InvalidWindow ||
      error instanceof InvalidAudience ||
      error instanceof InvalidAutomation
    )
      throw new Refused("invalid", `${name}: ${error.message}`);
    throw error;
  }
}
