import type { ConnectionOptions } from "bullmq";
import type { Redis } from "ioredis";
import type { Keys } from "../adapters/redis/keys.ts";
import type { Sealing } from "../adapters/redis/sealing.ts";
import type { Automations } from "../automations/automations.ts";
import { optOutDigest } from "../bulk/erased-opt-outs.ts";
import type { Contact } from "../contract/calls.ts";
import { receiptKey, sentKey } from "../conversation/keys.ts";
import type { Logger } from "../runtime/logging.ts";
import { runFenced } from "../sessions/fenced.ts";
import { LeaseLost, type Lease } from "../sessions/lease.ts";
import type { Organizations } from "../sessions/organizations.ts";
import type { Sessions } from "../sessions/sessions.ts";
import type { WhatsApp } from "../sessions/whatsapp.ts";
import { keysOf, leaveOut } from "./leaving-out.ts";
import { formsOf, personOf, userOf, type Person } from "./person.ts";
import { removeJobs } from "./queued-jobs.ts";
import { eraseRecipients } from "./recipients.ts";
import { scripts } from "./scripts.ts";

/** What the phone's session keeps is left out through its adapter, and what others said is theirs. */
const LEFT_TO_OTHERS: ReadonlySet<string> = new Set(["wa", "conversation"]);
/** Whoever was at something for the organization may write once more after it was swept. */
const SWEEPS_MAX = 5;

export interface ErasureOptions {
  readonly redis: Redis;
  readonly keys: Keys;
  readonly sealing: Sealing;
  readonly log: Logger;
  readonly queues: { readonly connection: ConnectionOptions };
  readonly whatsapp: Pick<WhatsApp, "knownAs" | "forget" | "wipe">;
  readonly sessions: Pick<Sessions, "whileClosed" | "logOut">;
  readonly organizations: Pick<Organizations, "load">;
  readonly automations: Pick<Automations, "forget">;
}

interface ErasedOrganization {
  readonly loggedOut: boolean;
  readonly entries: number;
}

/** Erases what is stored of people, for the owner of their organization's shard. The same again erases what is left. */
export class Erasure {
  readonly #options: ErasureOptions;
  /** Organization → the end of the last one that was asked for. */
  readonly #last = new Map<string, Promise<unknown>>();

  constructor(options: ErasureOptions) {
    this.#options = options;
  }

  /**
   * All that is stored of a contact. That they want no campaigns outlives it, as a digest.
   * @param acts false to find out alone what there is
   * @returns how many entries and jobs that is, beside what the phone's session keeps
   * @throws LeaseLost, Unsealable
   */
  async contact(organization: string, contact: Contact, lease: Lease, acts = true): Promise<number> {
    return await this.#alone(organization, () => this.#eraseContact(organization, contact, lease, acts));
  }

  async #eraseContact(organization: string, contact: Contact, lease: Lease, acts: boolean): Promise<number> {
    const { redis, keys, whatsapp, sessions, log } = this.#options;
    const person = await this.#whoIs(organization, contact, lease);
    // Before the lanes: what gets there meanwhile is found there.
    let entries = await eraseRecipients(this.#options, organization, person, acts);
    if (acts) entries += await this.#withCounts(organization, person, lease);
    for await (const found of keysOf(redis, keys.prefix, organization)) {
      // In a dry run the conversation's own keys are found by their names.
      const others = (key: string): boolean => !LEFT_TO_OTHERS.has(familyOf(key, keys.prefix));
      const swept = found.filter((key) => others(key) || (!acts && person.named.test(key)));
      entries += await this.#receipts(organization, found, person, acts);
      entries += await leaveOut(redis, swept, person.named, acts);
    }
    const jobs = await removeJobs(this.#queues, organization, person.named, acts);
    if (!acts) return entries + jobs;
    // Caches of the connection would bring back some of it.
    await sessions.whileClosed(organization, lease, () =>
      whatsapp.forget(organization, lease, new Set(person.users)),
    );
    log.info("contact erased", { organization, entries, jobs });
    return entries + jobs;
  }

  /**
   * All that is stored of an organization, whose phone is unlinked before.
   * @param acts false to find out alone what there is
   * @returns whether WhatsApp was told, else the owner of the phone removes the device there; and how many keys and jobs that is
   * @throws LeaseLost
   */
  async organization(organization: string, lease: Lease, acts = true): Promise<ErasedOrganization> {
    return await this.#alone(organization, () => this.#eraseOrganization(organization, lease, acts));
  }

  async #eraseOrganization(organization: string, lease: Lease, acts: boolean): Promise<ErasedOrganization> {
    const { whatsapp, sessions, organizations, log } = this.#options;
    if (!acts) return { loggedOut: false, entries: await this.#sweep(organization, false) };
    const loggedOut = await sessions.logOut(organization);
    await whatsapp.wipe(organization, lease).catch((error: unknown) => {
      // Sealed with a key that is gone: the keys are removed as all others.
      if (error instanceof LeaseLost) throw error;
    });
    await runFenced(this.#options, scripts.eraseOrganization, lease, {
      organization,
      at: Math.floor(Date.now() / 1000),
    });
    await organizations.load();
    let entries = 0;
    for (let sweep = 0; sweep < SWEEPS_MAX; sweep++) {
      const found = await this.#sweep(organization, true);
      if (found === 0) break;
      entries += found;
    }
    await runFenced(this.#options, scripts.eraseOrganization, lease, { organization, at: 0 });
    log.info("organization erased", { organization, loggedOut, entries });
    return { loggedOut, entries };
  }

  /** One after the other: the first that is done has the number connected again, and its caches filled. */
  async #alone<T>(organization: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(organization) ?? Promise.resolve();
    const mine = before.then(work, work);
    this.#last.set(organization, mine);
    try {
      return await mine;
    } finally {
      if (this.#last.get(organization) === mine) this.#last.delete(organization);
    }
  }

  /** Keys and jobs of an organization. */
  async #sweep(organization: string, acts: boolean): Promise<number> {
    const { redis, keys } = this.#options;
    let found = 0;
    for await (const own of keysOf(redis, keys.prefix, organization))
      found += acts ? await redis.unlink(...own) : own.length;
    return found + (await removeJobs(this.#queues, organization, undefined, acts));
  }

  /** Of messages to them: a receipt names the message alone, so that it goes before what says whose that was. */
  async #receipts(
    organization: string,
    found: readonly string[],
    { named }: Person,
    acts: boolean,
  ): Promise<number> {
    const { redis, keys } = this.#options;
    const sent = found.filter((key) => familyOf(key, keys.prefix) === "sent");
    if (sent.length === 0) return 0;
    const chats = await redis.mget(sent);
    const receipts = sent
      .filter((_, index) => named.test(chats[index] ?? ""))
      .map((key) =>
        receiptKey(keys.prefix, organization, key.slice(sentKey(keys.prefix, organization, "").length)),
      );
    if (receipts.length === 0) return 0;
    return acts ? await redis.unlink(receipts) : await redis.exists(receipts);
  }

  /** What takes more than to be left out. @returns how many parts waited in lanes, and keys of the conversation */
  async #withCounts(organization: string, person: Person, lease: Lease): Promise<number> {
    const { sealing, automations } = this.#options;
    const erased = await runFenced(this.#options, scripts.eraseContact, lease, {
      organization,
      chats: person.chats,
      numbers: person.users,
      digests: person.users.map((user) => optOutDigest(sealing, organization, user)),
      at: Math.floor(Date.now() / 1000),
    });
    let runs = 0;
    for (const chat of person.chats) runs += await automations.forget({ organization, chat });
    return Number(erased) + runs;
  }

  /** By the phone's session, and by what the contact wrote. */
  async #whoIs(organization: string, contact: Contact, lease: Lease): Promise<Person> {
    const { redis, keys, whatsapp } = this.#options;
    let known = new Set(formsOf(userOf(contact)));
    for (;;) {
      const before = known.size;
      known = new Set(await whatsapp.knownAs(organization, lease, [...known]));
      for (const user of [...known]) {
        const numbers = await redis.hmget(`${keys.prefix}:numbers:${organization}`, ...formsOf(user));
        const told = await Promise.all(
          personOf([user]).chats.map((chat) =>
            redis.hget(`${keys.prefix}:contact:${organization}:${chat}`, "number"),
          ),
        );
        for (const chat of numbers) if (chat !== null) known.add(userOf({ chat }));
        for (const number of told) for (const form of number === null ? [] : formsOf(number)) known.add(form);
      }
      if (known.size === before) return personOf(known);
    }
  }

  get #queues() {
    const { redis, keys, queues } = this.#options;
    return { redis, prefix: keys.prefix, connection: queues.connection };
  }
}

function familyOf(key: string, prefix: string): string {
  return key.slice(prefix.length + 1).split(":", 1)[0] ?? "";
}
