import { setTimeout as delay } from "node:timers/promises";
import { Redis } from "ioredis";
import { keysOf } from "../../adapters/redis/keys.ts";
import { dayKey } from "../../conversation/day-counts.ts";
import { conversationKeys } from "../../conversation/keys.ts";
import { policyOf } from "../../conversation/policy.ts";
import { readView } from "../../conversation/reading.ts";
import type { View } from "../../conversation/types.ts";
import { organizationSettings, type OrganizationSettings } from "../../sessions/organization.ts";
import type { LocalDeployment } from "../deployment.ts";
import type { Contact, Displayed } from "../whatsapp/contact.ts";
import type { Phone } from "../whatsapp/phone.ts";
import type { TappedStanza } from "../whatsapp/simulator.ts";
import { attachment } from "./attachments.ts";
import type { Attachment, Speaker } from "./line.ts";

const ORGANIZATION = "loja-da-ana";
const NAME = "Loja da Ana";
const LOOK_EVERY_MS = 50;

/** What the people who write see of the shop. */
export interface ShopEvents {
  /** @param byOwner not by the worker, but on the phone itself */
  displayed(to: Speaker, message: Displayed, byOwner: boolean): void;
  typing(to: Speaker): void;
  read(by: Speaker): void;
}

/** What `/status` shows. */
export interface ShopStatus {
  readonly session: string;
  readonly connections: number;
  readonly talks: Readonly<Record<Speaker, View>>;
  /** What happened today, by what it was. */
  readonly today: Readonly<Record<string, string>>;
}

/** A shop that is linked, with one customer and one of its own people. */
export class Shop {
  readonly name = NAME;
  readonly organization = ORGANIZATION;
  readonly settings: OrganizationSettings;
  readonly phone: Phone;
  readonly people: Readonly<Record<Speaker, Contact>>;
  readonly #deployment: LocalDeployment;
  readonly #redis: Redis;
  /** Each speaker's messages, oldest first. */
  readonly #written: Readonly<Record<Speaker, string[]>> = { customer: [], team: [] };
  readonly #byOwner = new Set<string>();

  private constructor(
    deployment: LocalDeployment,
    parts: Pick<Shop, "settings" | "phone" | "people">,
    events: ShopEvents,
  ) {
    this.#deployment = deployment;
    ({ settings: this.settings, phone: this.phone, people: this.people } = parts);
    this.#redis = new Redis(deployment.redisUrl);
    for (const [speaker, person] of this.#speakers) {
      person.on("displayed", (message) => {
        if (message.phone === this.phone) events.displayed(speaker, message, this.#byOwner.has(message.id));
      });
    }
    deployment.whatsapp.onStanza(({ direction, node }) => {
      if (direction === "from-client") this.#saw(node, events);
    });
  }

  /** Adds the organization to a deployment whose worker is ready, and links its phone. */
  static async open(deployment: LocalDeployment, events: ShopEvents): Promise<Shop> {
    const { whatsapp } = deployment;
    const people = {
      customer: whatsapp.contact({ name: "Bia", number: "5511955554444" }),
      team: whatsapp.contact({ name: "Ana", number: "5511988887777" }),
    };
    const given = { name: NAME, team: [{ number: people.team.number, name: "Ana", owner: true }] };
    await deployment.configure(ORGANIZATION, given);
    const phone = await deployment.pair(ORGANIZATION, whatsapp.phone({ name: NAME }));
    return new Shop(deployment, { settings: organizationSettings.parse(given), phone, people }, events);
  }

  write(as: Speaker, text: string): void {
    this.#written[as].push(this.people[as].write(this.phone, text));
  }

  attach(as: Speaker, what: Attachment, caption: string | undefined): void {
    this.#written[as].push(this.people[as].send(this.phone, attachment(what, caption)));
  }

  /** False when nothing was written that could be changed. */
  edit(as: Speaker, text: string): boolean {
    const id = this.#written[as].at(-1);
    if (id !== undefined) this.people[as].edit(this.phone, id, text);
    return id !== undefined;
  }

  /** False when nothing was written that could be taken back. */
  revoke(as: Speaker): boolean {
    const id = this.#written[as].pop();
    if (id !== undefined) this.people[as].revoke(this.phone, id);
    return id !== undefined;
  }

  /** The owner writes to somebody on the phone itself. */
  say(to: Speaker, text: string): void {
    this.#byOwner.add(this.phone.say(this.people[to], text));
  }

  /**
   * Resolves when what was written is answered, or nothing more comes.
   * @throws Error when that takes longer than `patienceMs`
   */
  async settled(who: Speaker, patienceMs: number): Promise<void> {
    const person = this.people[who];
    await Promise.all([person.idle(), this.phone.idle()]);
    await this.phone.waitFor(() => this.phone.pending === 0, patienceMs);
    const { state } = conversationKeys(this.#prefix, this.#conversation(who));
    for (const until = performance.now() + patienceMs; ; await delay(LOOK_EVERY_MS)) {
      const is = (await this.#redis.hget(state, "state")) ?? "rest";
      if (is === "rest" || is === "failed") break;
      if (performance.now() > until) throw new Error(`no answer within ${patienceMs / 1_000} s (${is})`);
    }
    await person.idle();
  }

  /** Ms for which the AI still keeps out of somebody's chat. */
  async silentMs(who: Speaker): Promise<number> {
    const { silentUntil } = await this.#view(who);
    return Math.max(0, (silentUntil ?? 0) - Date.now());
  }

  async status(): Promise<ShopStatus> {
    const { sessions } = keysOf(this.#deployment.namespace);
    const { day } = policyOf(this.settings);
    const session = JSON.parse((await this.#redis.hget(sessions, ORGANIZATION)) ?? "{}") as {
      state?: string;
    };
    return {
      session: session.state ?? "unknown",
      connections: this.phone.connections,
      talks: { customer: await this.#view("customer"), team: await this.#view("team") },
      today: await this.#redis.hgetall(dayKey(this.#prefix, ORGANIZATION, day)),
    };
  }

  /** Whose chat this is. */
  speakerOf(chat: string): Speaker | undefined {
    return this.#speakers.find(([, { jid, lid }]) => chat === jid || chat === lid)?.[0];
  }

  close(): void {
    this.#redis.disconnect();
  }

  get #speakers(): [Speaker, Contact][] {
    return Object.entries(this.people) as [Speaker, Contact][];
  }

  get #prefix(): string {
    return keysOf(this.#deployment.namespace).prefix;
  }

  #conversation(who: Speaker): { organization: string; chat: string } {
    return { organization: ORGANIZATION, chat: this.people[who].lid };
  }

  async #view(who: Speaker): Promise<View> {
    return await readView(this.#redis, this.#prefix, this.#conversation(who));
  }

  #saw({ tag, attrs, content }: TappedStanza["node"], events: ShopEvents): void {
    const who = this.speakerOf(attrs["to"] ?? "");
    if (who === undefined) return;
    if (tag === "receipt" && attrs["type"] === "read") events.read(who);
    const [inside] = Array.isArray(content) ? content : [];
    if (tag === "chatstate" && inside?.tag === "composing") events.typing(who);
  }
}
