import { randomBytes } from "node:crypto";
import { Redis } from "ioredis";
import { afterAll, beforeAll } from "vitest";
import { keysOf, type Keys } from "../adapters/redis/keys.ts";
import { Sealing } from "../adapters/redis/sealing.ts";
import { startRedisServer, type RedisServer } from "../dev/redis-server.ts";
import type { Lease } from "../sessions/lease.ts";
import { shardOf } from "../sessions/shards.ts";
import type { Inbound, Received } from "./inbound.ts";
import { conversationKeys, dueKey } from "./keys.ts";
import { messageId } from "./message-id.ts";
import { ConversationRecord } from "./record.ts";
import type {
  Begun,
  Conversation,
  Failed,
  FailOptions,
  Next,
  Part,
  Sendable,
  Thought,
  Turn,
} from "./types.ts";

export const MINUTE = 60_000;
/** When customers of tests wrote, by their phones: not too long ago to be remembered. */
export const WROTE_AT: number = Date.now() - MINUTE;
const HOUR = 60 * MINUTE;

/** Starts a Redis for the tests of a file; each call of what it returns is a deployment of its own. */
export function useRecord(): () => Deployment {
  let server: RedisServer;
  let redis: Redis;
  let count = 0;
  beforeAll(async () => {
    server = await startRedisServer();
    redis = new Redis(server.url);
  });
  afterAll(async () => {
    await redis.quit();
    await server.stop();
  });
  return () => new Deployment(redis, keysOf(`test${++count}`));
}

/** One namespace with its record. */
export class Deployment {
  readonly redis: Redis;
  readonly keys: Keys;
  readonly sealing = new Sealing([{ id: "k", key: randomBytes(32) }]);
  readonly record: ConversationRecord;

  constructor(redis: Redis, keys: Keys) {
    this.redis = redis;
    this.keys = keys;
    this.record = new ConversationRecord({ redis, keys, sealing: this.sealing });
  }

  /** Writes the lease of an organization's shard, valid for an hour unless told otherwise. */
  async lease(organization: string, { owner = "me", epoch = "7", forMs = HOUR } = {}): Promise<Lease> {
    const shard = shardOf(organization);
    await this.redis.hset(this.keys.leases, shard, `${owner} ${epoch} ${Date.now() + forMs}`);
    return { shard, owner, epoch };
  }

  async chat(organization = "acme", chat = "551@lid"): Promise<Chat> {
    return new Chat(this, await this.lease(organization), { organization, chat });
  }

  /** Every key with its content, to see that nothing was written. */
  async dump(): Promise<Record<string, string | null>> {
    const keys = (await this.redis.keys(`${this.keys.prefix}:*`)).toSorted();
    const contents = await Promise.all(keys.map((key) => this.redis.dumpBuffer(key)));
    return Object.fromEntries(keys.map((key, index) => [key, contents[index]?.toString("base64") ?? null]));
  }
}

/** One conversation with the calls a test makes, under the lease of its shard. */
export class Chat {
  readonly deployment: Deployment;
  readonly lease: Lease;
  readonly conversation: Conversation;
  readonly record: ConversationRecord;

  constructor(deployment: Deployment, lease: Lease, conversation: Conversation) {
    this.deployment = deployment;
    this.lease = lease;
    this.conversation = conversation;
    this.record = deployment.record;
  }

  /** A customer's message; its text is its id. */
  async say(id: string): Promise<Received> {
    return await this.receive({
      kind: "customer",
      id,
      sender: this.conversation.chat,
      at: WROTE_AT,
      text: id,
      name: "Ana",
    });
  }

  async owner(id: string, { forMs = HOUR, text = id as string | undefined } = {}): Promise<Received> {
    return await this.receive({ kind: "owner", id, sender: "me@lid", at: WROTE_AT + 1_000, forMs, text });
  }

  async receive(inbound: Inbound): Promise<Received> {
    return await this.record.receive(
      this.lease,
      this.conversation,
      inbound,
      Buffer.from(`plain ${inbound.id}`),
    );
  }

  async begin({ attemptMs = MINUTE } = {}): Promise<Begun> {
    return await this.record.begin(this.lease, this.conversation, { attemptMs });
  }

  /** Begins a turn that must be due. */
  async think(options: { attemptMs?: number } = {}): Promise<Thought> {
    const begun = await this.begin(options);
    if (begun.kind !== "think") throw new Error(`expected a turn to think, got ${begun.kind}`);
    return begun;
  }

  async hold(turn: Turn): Promise<string> {
    return await this.record.hold(this.lease, this.conversation, turn, "one moment");
  }

  async commit(turn: Turn, ...texts: string[]): Promise<string> {
    return await this.record.commit(this.lease, this.conversation, turn, texts);
  }

  /** @param options `holdAfterMs`: where the next attempt is later than this since they wrote, they are asked for a moment */
  async fail(
    turn: Turn,
    options: Partial<Pick<FailOptions, "maxAttempts" | "backoffMs" | "patienceMs" | "usage">> & {
      holdAfterMs?: number | undefined;
    } = {},
  ): Promise<Failed> {
    const { maxAttempts = 3, backoffMs = 0, patienceMs, usage, holdAfterMs } = options;
    const holding = holdAfterMs === undefined ? undefined : { text: "one moment", afterMs: holdAfterMs };
    return await this.record.fail(this.lease, this.conversation, turn, {
      ...{ maxAttempts, backoffMs, patienceMs, usage, holding },
      fallback: "sorry",
    });
  }

  async send({ ackMs = MINUTE, wire = "socket 1" } = {}): Promise<Sendable> {
    return await this.record.sent(this.lease, this.conversation, { ackMs, wire });
  }

  /** Sends a part that must be there. */
  async part(options: { ackMs?: number; wire?: string } = {}): Promise<Part> {
    const sendable = await this.send(options);
    if (sendable.kind !== "part") throw new Error(`expected a part to send, got ${sendable.kind}`);
    return sendable;
  }

  async ack(id: string): Promise<Next | "unknown"> {
    return await this.record.acked(this.lease, this.conversation, id);
  }

  async refuse(id: string): Promise<Next | "unknown"> {
    return await this.record.refused(this.lease, this.conversation, id, "463");
  }

  /** Sends and acks all that is queued; the texts in the order in which they went out. */
  async drain(): Promise<string[]> {
    const texts: string[] = [];
    for (;;) {
      const sendable = await this.send();
      if (sendable.kind !== "part") return texts;
      texts.push(sendable.text);
      await this.ack(sendable.id);
    }
  }

  idOf(turn: number | string, part: number): string {
    return messageId(this.conversation, turn, part);
  }

  async view(): ReturnType<ConversationRecord["view"]> {
    return await this.record.view(this.conversation);
  }

  /** Ids of what is not answered and of what is not acked, and the texts of the history by role. */
  async lists(): Promise<{ inbound: string[]; outbound: string[]; history: string[] }> {
    const keys = conversationKeys(this.deployment.keys.prefix, this.conversation);
    const read = async (key: string): Promise<Record<string, string>[]> =>
      (await this.deployment.redis.lrange(key, 0, -1)).map(
        (entry) => JSON.parse(entry) as Record<string, string>,
      );
    const { organization, chat } = this.conversation;
    const open = (body: string): string =>
      (
        JSON.parse(this.deployment.sealing.openText(`conversation:${organization}:${chat}`, body)) as {
          text: string;
        }
      ).text;
    return {
      inbound: (await read(keys.inbound)).map(({ id }) => id!),
      outbound: (await read(keys.outbound)).map(({ id }) => id!),
      history: (await read(keys.history)).map(({ role, body }) => `${role}: ${open(body!)}`),
    };
  }

  /** Members of the shard's `due`, whether they are due or not. */
  async dueMembers(): Promise<string[]> {
    return await this.deployment.redis.zrange(
      dueKey(this.deployment.keys.prefix, this.lease.shard),
      "0",
      "-1",
    );
  }
}
