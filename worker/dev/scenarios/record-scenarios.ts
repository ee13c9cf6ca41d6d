import { Redis } from "ioredis";
import { keysOf } from "../../adapters/redis/keys.ts";
import { Sealing } from "../../adapters/redis/sealing.ts";
import type { ConversationRecord } from "../../conversation/record.ts";
import { conversationKeys } from "../../conversation/keys.ts";
import type { Conversation, Thought } from "../../conversation/types.ts";
import type { Lease } from "../../sessions/lease.ts";
import { shardOf } from "../../sessions/shards.ts";
import { startRedisServer } from "../redis-server.ts";
import { NONE, type Scenario } from "./mend-scenarios.ts";

interface Stored {
  readonly record: ConversationRecord;
  readonly lease: Lease;
  readonly conversation: Conversation;
  /** Lengths of its lists. */
  waiting(): Promise<{ unanswered: number; unsent: number }>;
}

/** A thinker whose time ran out comes back when another one thinks about more messages. */
export const lateThinker: Scenario = (worker) =>
  withRecord(worker, async ({ record, lease, conversation, waiting }) => {
    const arrive = async (id: string): Promise<void> => {
      const inbound = { kind: "customer", id, sender: conversation.chat, at: Date.now(), text: id } as const;
      await record.receive(lease, conversation, inbound, Buffer.from(id));
    };
    await arrive("first");
    const late = (await record.begin(lease, conversation, { attemptMs: 0 })) as Thought;
    await arrive("second");
    await record.begin(lease, conversation, { attemptMs: 60_000 });
    const committed = await record.commit(lease, conversation, late, ["to the first alone"]);
    const { unanswered } = await waiting();
    return { ...NONE, lost: committed === "committed" && unanswered === 0 ? 1 : 0 };
  });

/** A campaign is expanded twice, as after a crash in the middle of it. */
export const campaignRepeated: Scenario = (worker) =>
  withRecord(worker, async ({ record, conversation, waiting }) => {
    const offer = { source: "campaign", run: "spring", part: 1, text: "hello" } as const;
    await record.enqueue(conversation, offer);
    await record.enqueue(conversation, offer);
    const { unsent } = await waiting();
    return { ...NONE, seenTwice: unsent - 1 };
  });

async function withRecord(worker: URL, play: (stored: Stored) => ReturnType<Scenario>): ReturnType<Scenario> {
  const { ConversationRecord: Copied } = (await import(
    new URL("conversation/record.ts", worker).href
  )) as typeof import("../../conversation/record.ts");
  const server = await startRedisServer();
  const redis = new Redis(server.url);
  try {
    const keys = keysOf("oxy");
    const conversation = { organization: "ana", chat: "100000000000001@lid" };
    const lease = { shard: shardOf(conversation.organization), owner: "one", epoch: "1" };
    await redis.hset(keys.leases, String(lease.shard), `one 1 ${Date.now() + 60_000}`);
    const sealing = new Sealing([{ id: "dev", key: Buffer.alloc(32, 7) }]);
    const { inbound, outbound } = conversationKeys(keys.prefix, conversation);
    return await play({
      record: new Copied({ redis, keys, sealing }),
      lease,
      conversation,
      waiting: async () => ({ unanswered: await redis.llen(inbound), unsent: await redis.llen(outbound) }),
    });
  } finally {
    redis.disconnect();
    await server.stop();
  }
}
