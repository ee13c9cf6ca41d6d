import { storeTime } from "../adapters/redis/store-time.ts";
import type { Deployment } from "../conversation/record-fixture.ts";
import { dueKey } from "../conversation/keys.ts";
import type { Conversation, Part } from "../conversation/types.ts";
import type { Logger } from "../runtime/logging.ts";
import { type Lease, LeaseLost } from "../sessions/lease.ts";
import { organizationSettings, type OrganizationSettings } from "../sessions/organization.ts";
import { Lanes, type LanePart } from "./lanes.ts";
import { Pump } from "./pump.ts";

const silent = (): void => {};
const quietLog: Logger = Object.assign(Object.create(null) as object, {
  debug: silent,
  info: silent,
  warn: silent,
  error: silent,
}) as Logger;

/** No hours, no caps, and hardly a gap. */
const OPEN = {
  perMinute: 60_000,
  jitter: 0,
  perDay: 100_000,
  coldPerDay: 10_000,
  quietFrom: "00:00",
  quietTo: "00:00",
};

export type Pacing = OrganizationSettings["pacing"];

/** What went out on the socket. */
export interface Wired {
  readonly chat: string;
  readonly id: string;
  readonly text: string;
}

/** One organization's number: the process that owns it, a socket that takes anything, and WhatsApp's directory. */
export class OwnedNumber {
  readonly organization: string;
  readonly deployment: Deployment;
  readonly lanes: Lanes;
  readonly wire: Wired[] = [];
  readonly refills: string[] = [];
  readonly lookedUp: string[] = [];
  /** Number → chat; whoever is not in it is at `<number>@lid`. */
  readonly directory = new Map<string, string | undefined>();
  /** Acks come at once; else when they are given. */
  acks = true;
  connected = true;
  /** Outboxes are sent; else the process dies before. */
  writes = true;
  /** What a look-up does before it answers. */
  lookUp: (number: string) => Promise<void> = async () => {};
  settings: OrganizationSettings;
  lease: Lease;
  pump: Pump;
  #epoch = 7;
  #working = 0;
  #idle = Promise.withResolvers<void>();

  private constructor(deployment: Deployment, organization: string, lease: Lease, pacing: Partial<Pacing>) {
    this.deployment = deployment;
    this.organization = organization;
    this.lease = lease;
    this.lanes = new Lanes(deployment);
    const settings = organizationSettings.parse({ name: "Padaria", timeZone: "UTC" });
    this.settings = { ...settings, pacing: { ...OPEN, ...pacing } };
    this.pump = this.#newPump();
  }

  static async of(
    deployment: Deployment,
    { organization = "acme", pacing = {} as Partial<Pacing> } = {},
  ): Promise<OwnedNumber> {
    return new OwnedNumber(deployment, organization, await deployment.lease(organization), pacing);
  }

  /** Another process takes over: what this one had in memory is gone. */
  async crash(): Promise<void> {
    this.pump.close();
    this.lease = await this.deployment.lease(this.organization, { epoch: String(++this.#epoch) });
    this.pump = this.#newPump();
  }

  part(number: string, of: Partial<LanePart> = {}): LanePart {
    const { organization } = this;
    return {
      organization,
      to: { number },
      source: "automation",
      run: "r",
      part: 0,
      text: `oi ${number}`,
      ...of,
    };
  }

  /** Looks, and resolves when nothing more goes out for now. */
  async turn(): Promise<void> {
    await this.#quiet(() => this.pump.look(this.organization));
  }

  /** Settings were read again. */
  async refreshed(): Promise<void> {
    await this.#quiet(() => this.pump.refreshed());
  }

  /** Turns until the number has nothing to wait for but what is later than a second. */
  async run(): Promise<void> {
    for (;;) {
      await this.turn();
      const at = await this.dueAt();
      if (at === undefined || at > (await this.now()) + 1_000) return;
    }
  }

  async ack({ chat, id }: Wired): Promise<void> {
    const conversation = { organization: this.organization, chat };
    await this.deployment.record.acked(this.lease, conversation, id);
    this.pump.acked(this.organization);
  }

  async refuse({ chat, id }: Wired, code = 463): Promise<void> {
    const conversation = { organization: this.organization, chat };
    await this.deployment.record.refused(this.lease, conversation, id, `WhatsApp error ${code}`);
    this.pump.acked(this.organization);
  }

  async write(
    chat: string,
    { number, id = `m${chat}`, optOut }: { number?: string; id?: string; optOut?: string } = {},
  ) {
    const inbound = {
      kind: "customer",
      id,
      sender: chat,
      at: Date.now(),
      text: "oi",
      number,
      optOut,
    } as const;
    return await this.deployment.record.receive(
      this.lease,
      { organization: this.organization, chat },
      inbound,
      Buffer.from("oi"),
    );
  }

  /** When the owner is to look at the lanes, in ms of store time. */
  async dueAt(): Promise<number | undefined> {
    const { redis, keys } = this.deployment;
    const score = await redis.zscore(dueKey(keys.prefix, this.lease.shard), `${this.organization} bulk`);
    return score === null ? undefined : Number(score);
  }

  async now(): Promise<number> {
    return await storeTime(this.deployment.redis);
  }

  /** The time comes for which everything waits: lanes, pace and pauses. */
  async later(): Promise<void> {
    const { redis, keys } = this.deployment;
    const lanes = `${keys.prefix}:lanes:${this.organization}`;
    for (const lane of await redis.zrange(lanes, "0", "-1")) await redis.zadd(lanes, "0", lane);
    await redis.hdel(`${keys.prefix}:bulk:${this.organization}`, "nextAt", "pausedUntil");
  }

  /** Its end comes. */
  async campaignEnded(campaign: string): Promise<void> {
    const { redis, keys } = this.deployment;
    const key = `${keys.prefix}:campaigns:${this.organization}:${campaign}`;
    const window = JSON.parse((await redis.hget(key, "window")) ?? "{}") as object;
    const endsAt = (await this.now()) - 1;
    await redis.hset(key, { endsAt, window: JSON.stringify({ ...window, endsAt }) });
  }

  /** The gap is over, and the next part goes out: one, where the pace is slow. */
  async next(): Promise<Wired | undefined> {
    const { redis, keys } = this.deployment;
    await redis.hdel(`${keys.prefix}:bulk:${this.organization}`, "nextAt");
    const { length } = this.wire;
    await this.turn();
    return this.wire[length];
  }

  /** What the sweep of a new owner does with conversations. */
  async resume(): Promise<void> {
    for (const due of await this.deployment.record.sweep([this.lease], 1_000, { all: true }))
      if (due.chat !== "bulk") await this.#deliver(due);
  }

  get texts(): string[] {
    return this.wire.map(({ text }) => text);
  }

  #newPump(): Pump {
    const { redis, keys, sealing } = this.deployment;
    const { lease } = this;
    const pump: Pump = new Pump({
      redis,
      keys,
      sealing,
      log: quietLog,
      settings: () => this.settings,
      connection: () =>
        this.connected
          ? {
              resolve: async (number) => {
                this.lookedUp.push(number);
                await this.lookUp(number);
                return this.directory.has(number) ? this.directory.get(number) : `${number}@lid`;
              },
            }
          : undefined,
      lease: () => lease,
      perform: async (_organization, _what, work) => {
        this.#working++;
        await work().catch((error: unknown) => {
          if (!(error instanceof LeaseLost)) throw error;
        });
        if (--this.#working === 0) this.#idle.resolve();
      },
      deliver: async (conversation) => await this.#deliver(conversation),
      refill: async (_organization, campaign) => {
        this.refills.push(campaign);
      },
      random: () => 0.5,
    });
    return pump;
  }

  async #quiet(does: () => void): Promise<void> {
    this.#idle = Promise.withResolvers();
    does();
    if (this.#working > 0) await this.#idle.promise;
  }

  async #deliver(conversation: Conversation): Promise<void> {
    const { record } = this.deployment;
    while (this.writes) {
      const part = await record.sent(this.lease, conversation, {
        ackMs: 60_000,
        wire: `socket ${this.#epoch}`,
      });
      if (part.kind !== "part") return;
      this.wire.push({ chat: conversation.chat, id: (part as Part).id, text: (part as Part).text });
      if (!this.acks) return;
      await record.acked(this.lease, conversation, (part as Part).id);
    }
  }
}
