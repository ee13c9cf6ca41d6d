import type { Redis } from "ioredis";
import type { Keys } from "../adapters/redis/keys.ts";
import { Unsealable, type Sealing } from "../adapters/redis/sealing.ts";
import type { Policy } from "../conversation/policy.ts";
import { sealFixed } from "../conversation/sealed.ts";
import type { Conversation } from "../conversation/types.ts";
import type { Logger } from "../runtime/logging.ts";
import { runFenced } from "../sessions/fenced.ts";
import type { Lease } from "../sessions/lease.ts";
import { scripts } from "./scripts.ts";
import { openNotice } from "./sealed-notice.ts";

/** Notices looked at in one go; the next beat of the process brings the others. */
const AT_ONCE = 20;

interface Queued {
  readonly id: string;
  readonly body: string;
  /** Ms of store time. */
  readonly ends: number;
}

/** The number's open socket, as far as it tells who has a phone number. */
interface Directory {
  /** The chat with whoever has it; undefined when nobody does. @throws Error when it cannot be asked */
  resolve(number: string): Promise<string | undefined>;
}

export interface DeliveryOptions {
  readonly redis: Redis;
  readonly keys: Keys;
  readonly sealing: Sealing;
  readonly log: Logger;
  policy(organization: string): Policy;
  lease(organization: string): Lease | undefined;
  connection(organization: string): Directory | undefined;
  /** Letting the organization go waits for this. Never rejects. */
  perform(organization: string, work: () => Promise<void>): Promise<void>;
  /** Sends what the conversation's outbox has. */
  deliver(conversation: Conversation): Promise<void>;
}

/** The owner's side of {@link Notices}: one by one they join the outbox of the chat with whom they are for. */
export class NoticeDelivery {
  readonly #options: DeliveryOptions;
  readonly #busy = new Set<string>();

  constructor(options: DeliveryOptions) {
    this.#options = options;
  }

  /** Some of an organization wait. Without a socket they go on to do so: its opening brings them up again. */
  async look(organization: string): Promise<void> {
    if (this.#busy.has(organization)) return;
    this.#busy.add(organization);
    await this.#options.perform(organization, async () => await this.#deliverAll(organization));
    this.#busy.delete(organization);
  }

  async #deliverAll(organization: string): Promise<void> {
    const { redis, keys, connection } = this.#options;
    if (connection(organization) === undefined) return;
    const entries = await redis.lrange(`${keys.prefix}:notices:${organization}`, 0, AT_ONCE - 1);
    // Not looked for again, where all of them are gone.
    if (entries.length === 0) await this.#release(organization, { notice: "" });
    for (const entry of entries) {
      if (!(await this.#deliverOne(organization, JSON.parse(entry) as Queued))) return;
    }
  }

  /** False when there is nobody to deliver it by at this moment. */
  async #deliverOne(organization: string, notice: Queued): Promise<boolean> {
    const { sealing, log } = this.#options;
    const drop = async (why: string): Promise<true> => {
      log.warn("notice not delivered", { organization, notice: notice.id, why });
      await this.#release(organization, { notice: notice.id });
      return true;
    };
    if (notice.ends < Date.now()) return await drop("it is out of date");
    let told;
    try {
      told = openNotice(sealing, organization, notice.id, notice.body);
    } catch (error) {
      // The others behind it can be read.
      if (error instanceof Unsealable) return await drop(error.message);
      throw error;
    }
    const { number, text } = told;
    const wire = this.#options.connection(organization);
    if (wire === undefined) return false;
    const chat = await wire.resolve(number);
    if (chat === undefined) return await drop("nobody on WhatsApp has this number");
    const conversation = { organization, chat };
    const part = sealFixed(sealing, conversation, notice.id, text);
    if ((await this.#release(organization, { notice: notice.id, chat, part })) === "released")
      await this.#options.deliver(conversation);
    return true;
  }

  async #release(organization: string, item: object): Promise<string> {
    const lease = this.#options.lease(organization);
    // Let go of meanwhile: whoever owns the shard next finds it where it was.
    if (lease === undefined) return "stale";
    const whole = { organization, ...this.#options.policy(organization), ...item };
    return (await runFenced(this.#options, scripts.release, lease, whole)) as string;
  }
}
