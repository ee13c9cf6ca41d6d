import { randomBytes } from "node:crypto";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll } from "vitest";
import { ConversationRecord } from "../../conversation/record.ts";
import { Outbox } from "../../conversation/outbox.ts";
import type { Conversation } from "../../conversation/types.ts";
import { startRedisServer, type RedisServer } from "../../dev/redis-server.ts";
import type { Contact } from "../../dev/whatsapp/contact.ts";
import type { Phone } from "../../dev/whatsapp/phone.ts";
import { startWhatsAppSimulator, type WhatsAppSimulator } from "../../dev/whatsapp/simulator.ts";
import { Watch } from "../../dev/whatsapp/watch.ts";
import type { LogFields, Logger } from "../../runtime/logging.ts";
import type { Lease } from "../../sessions/lease.ts";
import { organizationSettings, type OrganizationSettings } from "../../sessions/organization.ts";
import type { PairingEvent } from "../../sessions/pairing.ts";
import { Session } from "../../sessions/session.ts";
import { shardOf } from "../../sessions/shards.ts";
import type { Ack, Connection, Ending, Receipt, WhatsApp } from "../../sessions/whatsapp.ts";
import { keysOf, type Keys } from "../redis/keys.ts";
import { Sealing } from "../redis/sealing.ts";
import { quietConsole } from "./quiet-console.ts";
import { SlowRedis } from "./slow-redis-fixture.ts";
import { baileysWhatsApp } from "./whatsapp.ts";

const HOUR_MS = 60 * 60_000;
/** How many messages wait for an answer at most; of more, the oldest join the history. */
export const UNANSWERED_MAX = 100;
/** What a test that moves a thousand messages may take. */
export const LONG_MS = 120_000;

/** Starts a Redis for the tests of a file; each world is a deployment and a WhatsApp of its own. */
export function useAdapter(): (options?: { latencyMs?: number }) => Promise<World> {
  let server: RedisServer;
  let count = 0;
  const worlds: World[] = [];
  beforeAll(async () => {
    server = await startRedisServer();
  });
  afterEach(async () => {
    for (const world of worlds.splice(0)) await world.close();
  });
  afterAll(async () => {
    await server.stop();
  });
  return async ({ latencyMs = 0 } = {}) => {
    const world = new World(server.url, `wa${++count}`, await startWhatsAppSimulator(), latencyMs);
    worlds.push(world);
    return world;
  };
}

export class World {
  readonly simulator: WhatsAppSimulator;
  /** As the adapter sees the store. */
  readonly redis: SlowRedis;
  /** As an onlooker does, without delay. */
  readonly store: Redis;
  readonly keys: Keys;
  readonly sealing = new Sealing([{ id: "k", key: randomBytes(32) }]);
  readonly record: ConversationRecord;
  readonly whatsapp: WhatsApp;
  readonly log: Logger;
  readonly logged: { event: string; fields: LogFields }[] = [];
  settings: OrganizationSettings = organizationSettings.parse({ name: "Padaria" });
  readonly #watch = new Watch();
  readonly #wires: Wire[] = [];
  readonly #talks: Talk[] = [];
  /** Its methods, for those that come after. */
  readonly #console = { ...console };

  constructor(url: string, namespace: string, simulator: WhatsAppSimulator, latencyMs: number) {
    this.simulator = simulator;
    this.redis = new SlowRedis(url, latencyMs);
    this.store = new Redis(url);
    this.keys = keysOf(namespace);
    const write = (event: string, fields: LogFields = {}): void => {
      this.logged.push({ event, fields });
      this.#watch.changed();
    };
    this.log = { error: write, warn: write, info: write, debug: write };
    this.record = new ConversationRecord({ redis: this.redis, keys: this.keys, sealing: this.sealing });
    this.whatsapp = this.adapter();
    quietConsole(this.log);
  }

  /** The adapter, as a process with these encryption keys has it. */
  adapter(sealing = this.sealing): WhatsApp {
    const { redis, keys, record, log, simulator } = this;
    return baileysWhatsApp({
      redis,
      keys,
      sealing,
      record,
      log,
      url: simulator.url,
      trustRoot: simulator.trustRoot,
    });
  }

  /** Writes the lease of an organization's shard; another epoch takes it away from whoever holds it. */
  async lease(organization: string, epoch = "7"): Promise<Lease> {
    const shard = shardOf(organization);
    await this.store.hset(this.keys.leases, shard, `me ${epoch} ${Date.now() + HOUR_MS}`);
    return { shard, owner: "me", epoch };
  }

  /** One socket, with what it reports. */
  async connect(
    organization = "acme",
    {
      epoch = "7",
      whatsapp = this.whatsapp,
      number,
    }: { epoch?: string; whatsapp?: WhatsApp; number?: string } = {},
  ): Promise<Wire> {
    const wire = new Wire(this.#watch, organization);
    this.#wires.push(wire);
    const lease = await this.lease(organization, epoch);
    const settings = (): OrganizationSettings => this.settings;
    wire.connection = await whatsapp.connect({
      organization,
      lease,
      pairing: true,
      number,
      settings,
      events: wire.events,
    });
    return wire;
  }

  async login(organization = "acme", options: { epoch?: string } = {}): Promise<Wire> {
    const wire = await this.connect(organization, options);
    await wire.until(() => wire.opened === 1);
    return wire;
  }

  /** Links the phone by QR and logs in. */
  async link(phone: Phone, organization = "acme"): Promise<Wire> {
    const wire = await this.connect(organization);
    await phone.scan(await wire.until(() => wire.qrs[0]));
    await wire.until(() => wire.ending?.kind === "restart");
    const linked = await this.login(organization);
    // Its history is the last thing that a new device gets.
    await linked.until(() => linked.leftAlone.length === 1);
    return linked;
  }

  /** A session with an outbox, as the worker puts them together. */
  talk(organization = "acme", options: TalkOptions = {}): Talk {
    const talk = new Talk(this, this.#watch, organization, options);
    this.#talks.push(talk);
    return talk;
  }

  /** Resolves with the first truthy answer; asks again after whatever the adapter reports or logs. */
  async until<T>(predicate: () => T, timeoutMs?: number): Promise<Exclude<T, false | undefined | null>> {
    return await this.#watch.waitFor(predicate, timeoutMs);
  }

  /** What is not answered in a conversation, as the AI would read it. Begins its turn. */
  async unanswered(contact: Pick<Contact, "lid">, organization = "acme"): Promise<string[]> {
    const lease = { shard: shardOf(organization), owner: "me", epoch: await this.#epoch(organization) };
    const begun = await this.record.begin(lease, { organization, chat: contact.lid }, { attemptMs: 1_000 });
    return begun.kind === "think" ? begun.messages.map(({ text }) => text) : [];
  }

  /** Every key of the deployment with its raw content. */
  async raw(): Promise<Record<string, string>> {
    const keys = (await this.store.keys(`${this.keys.prefix}:*`)).toSorted();
    const contents = await Promise.all(
      keys.map(async (key) => {
        const type = await this.store.type(key);
        if (type === "string") return await this.store.get(key);
        if (type === "hash") return await this.store.hgetall(key);
        if (type === "list") return await this.store.lrange(key, 0, -1);
        if (type === "set") return await this.store.smembers(key);
        return await this.store.zrange(key, "0", "-1");
      }),
    );
    return Object.fromEntries(keys.map((key, index) => [key, JSON.stringify(contents[index])]));
  }

  async close(): Promise<void> {
    for (const talk of this.#talks) await talk.close();
    for (const { connection } of this.#wires) connection?.terminate();
    this.#watch.close();
    Object.assign(console, this.#console);
    await this.simulator.close();
    this.redis.disconnect();
    this.store.disconnect();
    const [error] = this.simulator.errors;
    if (error !== undefined) throw error;
  }

  async #epoch(organization: string): Promise<string> {
    const lease = await this.store.hget(this.keys.leases, `${shardOf(organization)}`);
    return lease?.split(" ")[1] ?? "";
  }
}

/** One connection of the adapter and all that it told. */
export class Wire {
  connection: Connection | undefined;
  readonly organization: string;
  readonly qrs: string[] = [];
  readonly accounts: string[] = [];
  readonly accepted: Conversation[] = [];
  readonly leftAlone: string[] = [];
  readonly acks: Ack[] = [];
  readonly codes: string[] = [];
  readonly receipts: Receipt[] = [];
  readonly endings: Ending[] = [];
  opened = 0;
  readonly #watch: Watch;

  constructor(watch: Watch, organization: string) {
    this.#watch = watch;
    this.organization = organization;
  }

  get ending(): Ending | undefined {
    return this.endings[0];
  }

  readonly events = {
    qr: (qr: string): void => this.#note(() => this.qrs.push(qr)),
    code: (code: string): void => this.#note(() => this.codes.push(code)),
    receipt: (receipt: Receipt): void => this.#note(() => this.receipts.push(receipt)),
    paired: (account: string): void => this.#note(() => this.accounts.push(account)),
    open: (): void => this.#note(() => this.opened++),
    accepted: (conversation: Conversation): void => this.#note(() => this.accepted.push(conversation)),
    leftAlone: (what: string): void => this.#note(() => this.leftAlone.push(what)),
    ack: (ack: Ack): void => this.#note(() => this.acks.push(ack)),
    ended: (ending: Ending): void => this.#note(() => this.endings.push(ending)),
  };

  async until<T>(predicate: () => T, timeoutMs?: number): Promise<Exclude<T, false | undefined | null>> {
    return await this.#watch.waitFor(predicate, timeoutMs);
  }

  /** Writes a message whose id is its text, if that is not told; returns the id. */
  async send(to: string, text: string, id = text): Promise<string> {
    await this.connection?.send(to, id, text);
    return id;
  }

  /** Sends and waits for the server. */
  async deliver(to: string, text: string): Promise<void> {
    const id = await this.send(to, text);
    await this.until(() => this.acks.find((ack) => ack.id === id && ack.kind === "acked"));
  }

  #note(change: () => void): void {
    change();
    this.#watch.changed();
  }
}

export interface TalkOptions {
  readonly whatsapp?: WhatsApp;
  readonly ackMs?: number;
  /** Whether the store still says that the lease is ours; asked instead of the store. */
  readonly stillOurs?: () => boolean;
}

/** A session that redials at once, and the outbox that repeats what a lost socket left unacked. */
export class Talk {
  readonly pairing: PairingEvent[] = [];
  readonly accepted: Conversation[] = [];
  /** Failures in a row before each redial that was planned. */
  readonly redials: number[] = [];
  opened = 0;
  /** How often the lease was asked for. */
  asked = 0;
  session!: Session;
  outbox!: Outbox;
  readonly #world: World;
  readonly #watch: Watch;
  readonly #organization: string;
  readonly #options: TalkOptions;
  readonly #working = new Set<Promise<void>>();

  constructor(world: World, watch: Watch, organization: string, options: TalkOptions) {
    this.#world = world;
    this.#watch = watch;
    this.#organization = organization;
    this.#options = options;
  }

  async start(): Promise<void> {
    const { log, record, settings } = this.#world;
    const lease = await this.#world.lease(this.#organization);
    this.session = new Session({
      organization: this.#organization,
      lease,
      whatsapp: this.#options.whatsapp ?? this.#world.whatsapp,
      log,
      redialMs: (failures) => {
        this.redials.push(failures);
        return 1;
      },
      settings: () => settings,
      stillOurs: async () => {
        this.asked++;
        this.#watch.changed();
        return this.#options.stillOurs?.() ?? true;
      },
      opened: () => {
        this.opened++;
        this.#watch.changed();
        this.resume();
      },
      ended: async () => {},
      disconnected: () => {
        this.outbox.disconnected(this.#organization);
        this.#watch.changed();
      },
      accepted: (conversation) => {
        this.accepted.push(conversation);
        this.#watch.changed();
      },
      ack: (organization, ack) => this.#work(this.outbox.acknowledge(organization, ack)),
      receipt: () => {},
    });
    this.outbox = new Outbox({
      record,
      log,
      ackMs: this.#options.ackMs ?? HOUR_MS,
      lease: () => lease,
      wire: () => this.session.connection,
      wake: () => {},
      acked: () => this.#watch.changed(),
    });
    await this.session.start();
  }

  /** Links the phone by QR and waits for the login. */
  async link(phone: Phone): Promise<void> {
    await this.start();
    await this.pair();
    const { qr } = await this.#watch.waitFor(() => this.pairing.find((event) => event.kind === "qr"));
    await phone.scan(qr);
    await this.#watch.waitFor(() => this.opened === 1);
  }

  async pair(number?: string): Promise<void> {
    await this.session.pair((event) => {
      this.pairing.push(event);
      this.#watch.changed();
    }, number);
  }

  /** What was to be sent while the socket was away, as the worker does. */
  resume(): void {
    this.#work(this.#resume());
  }

  /** Queues messages for a chat and begins to send them. */
  async enqueue(chat: string, texts: readonly string[], run = "run"): Promise<void> {
    const conversation = { organization: this.#organization, chat };
    for (const [part, text] of texts.entries()) {
      await this.#world.record.enqueue(conversation, { source: "campaign", run, part, text });
    }
    await this.outbox.deliver(conversation);
  }

  async close(): Promise<void> {
    await this.session?.close();
    await Promise.all(this.#working);
  }

  async #resume(): Promise<void> {
    for (const due of await this.#world.record.sweep([this.session.lease], 1_000, { all: true })) {
      await this.outbox.deliver(due);
    }
  }

  #work(work: Promise<void>): void {
    const done = work.finally(() => this.#working.delete(done));
    this.#working.add(done);
  }
}

/** `m1` to `m<count>` with a prefix, to see order and repeats. */
export function numbered(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${index + 1}`);
}
