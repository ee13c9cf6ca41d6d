import { randomBytes } from "node:crypto";
import { openRedis, patience } from "../adapters/redis/connect.ts";
import { keysOf } from "../adapters/redis/keys.ts";
import { Sealing } from "../adapters/redis/sealing.ts";
import { Outbox } from "../conversation/outbox.ts";
import { ConversationRecord } from "../conversation/record.ts";
import { turn, type TurnOptions } from "../conversation/turn.ts";
import type { Conversation } from "../conversation/types.ts";
import { handleMessageJob } from "../jobs/message/handler.ts";
import { WakeUps } from "../runtime/wake-ups.ts";
import type { Lease } from "../sessions/lease.ts";
import { organizationSettings } from "../sessions/organization.ts";
import { shardOf } from "../sessions/shards.ts";
import { silentLogger } from "./silent-logger.ts";

const TEXT = "Olá! Vocês ainda têm a camiseta azul no tamanho M? Queria saber o preço e o prazo.";
const LEASE_MS = 3_600_000;
const settings = organizationSettings.parse({ name: "Bench" });

/** Sends one message through, and resolves when its answer is acked. */
export interface Pipeline {
  message(chat: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * The whole way of a message but for WhatsApp and the AI, which answer at once: record, wake-up, turn, outbox and ack, on the
 * real store and queue.
 */
export async function openPipeline(url: string, concurrency: number): Promise<Pipeline> {
  const redis = openRedis(url, "bench");
  const keys = keysOf("bench");
  const sealing = new Sealing([{ id: "k", key: randomBytes(32) }]);
  const record = new ConversationRecord({ redis, keys, sealing });
  const organization = "bench";
  const lease: Lease = { shard: shardOf(organization), owner: "bench", epoch: "1" };
  await redis.hset(keys.leases, lease.shard, `${lease.owner} ${lease.epoch} ${Date.now() + LEASE_MS}`);

  const done = new Map<string, () => void>();
  let wakeUps: WakeUps | undefined;
  const wake = (conversation: Conversation, delayMs?: number): void => wakeUps?.wake(conversation, delayMs);
  const outbox: Outbox = new Outbox({
    record,
    log: silentLogger,
    ackMs: 60_000,
    lease: () => lease,
    wire: () => ({
      id: "wire",
      send: async (_chat, id) => {
        // As from the network: not before the send has returned.
        setImmediate(() => void outbox.acknowledge(organization, { kind: "acked", id }));
      },
    }),
    wake,
    acked: ({ chat }) => done.get(chat)?.(),
  });
  const options: TurnOptions = {
    record,
    completions: { answer: async () => ({ texts: [TEXT] }) },
    outbox,
    log: silentLogger,
    attemptMs: 30_000,
    objectiveMs: 5_000,
    attempts: 3,
    backoffMs: 1_000,
    patienceMs: 120_000,
    lease: () => lease,
    settings: () => settings,
    wakeIn: wake,
    thought: () => {},
  };
  wakeUps = await WakeUps.open({
    connection: { url, ...patience },
    prefix: keys.prefix,
    slot: 0,
    concurrency,
    log: silentLogger,
    handle: async (job) =>
      await handleMessageJob(job, {
        turn: async (conversation) => await turn(conversation, options, new AbortController().signal),
        look: async () => {},
      }),
  });
  let messages = 0;
  return {
    message: async (chat) => {
      const conversation = { organization, chat };
      const { promise, resolve } = Promise.withResolvers<void>();
      done.set(chat, resolve);
      const id = `3EB0${(++messages).toString(16).padStart(18, "0")}`;
      const inbound = {
        kind: "customer",
        id,
        sender: chat,
        at: Date.now(),
        text: TEXT,
        name: "Ana",
      } as const;
      await record.receive(lease, conversation, inbound, Buffer.from(TEXT));
      wake(conversation);
      await promise;
    },
    close: async () => {
      await wakeUps.close();
      await redis.quit();
    },
  };
}
