import type { Redis } from "ioredis";
import { baileysWhatsApp } from "./adapters/baileys/whatsapp.ts";
import { clienteAi } from "./adapters/openai/cliente-ai.ts";
import { patience, requireSuitable } from "./adapters/redis/connect.ts";
import { keysOf } from "./adapters/redis/keys.ts";
import { Sealing } from "./adapters/redis/sealing.ts";
import type { Config } from "./config.ts";
import { Outbox } from "./conversation/outbox.ts";
import { policyOf } from "./conversation/policy.ts";
import { ConversationRecord } from "./conversation/record.ts";
import { Replies } from "./conversation/replies.ts";
import { turn, type TurnOptions } from "./conversation/turn.ts";
import type { Conversation } from "./conversation/types.ts";
import { handleMessageJob } from "./jobs/message/handler.ts";
import { MetricsPublisher } from "./metrics/publisher.ts";
import manifest from "./package.json" with { type: "json" };
import { errorFields, type Logger } from "./runtime/logging.ts";
import type { Standing } from "./runtime/readiness.ts";
import { WakeUps } from "./runtime/wake-ups.ts";
import { HandOver } from "./sessions/hand-over.ts";
import { LeaseLost, type Lease } from "./sessions/lease.ts";
import { LettingGo } from "./sessions/letting-go.ts";
import { Membership } from "./sessions/membership.ts";
import { requireMatchingStore } from "./sessions/meta.ts";
import { Organizations } from "./sessions/organizations.ts";
import { Requests } from "./sessions/requests.ts";
import { SessionRecords } from "./sessions/session-record.ts";
import { Sessions } from "./sessions/sessions.ts";
import { shardOf } from "./sessions/shards.ts";
import { UnderWay } from "./sessions/under-way.ts";

/** Conversations woken when a shard or a socket comes; the sweep brings the others. */
const RESUMED_AT_ONCE = 1_000;

/** What was started, until it is told to stop. */
export interface Running {
  /** Undefined until the store has accepted the process: Redis may refuse a heartbeat. */
  standing(): Partial<Standing> | undefined;
  /** Takes no new work, finishes what is under way within `drainMs`, closes sockets and gives the shards back. */
  drain(drainMs: number): Promise<void>;
}

/**
 * Joins the store and answers for the shards it gets. Waits for Redis as long as it takes.
 * @throws UnsuitableRedis, StoreMismatch
 */
export async function startWorker(config: Config, redis: Redis, log: Logger): Promise<Running> {
  const keys = keysOf(config.namespace);
  const sealing = new Sealing(config.encryptionKeys);
  await requireSuitable(redis);
  await requireMatchingStore(redis, keys, sealing);

  const organizations = new Organizations({ redis, keys, sealing, log });
  const policy = (organization: string) => policyOf(organizations.find(organization));
  const record = new ConversationRecord({ redis, keys, sealing, policy });
  const whatsapp = baileysWhatsApp({ redis, keys, sealing, record, log, ...config.whatsapp });
  const replies = new Replies(log);
  const sessionRecords = new SessionRecords({ redis, keys, place: config.place });

  let wakeUps: WakeUps | undefined;
  const wake = (conversation: Conversation, delayMs?: number): void => wakeUps?.wake(conversation, delayMs);
  const leaseOf = (organization: string): Lease | undefined => membership.lease(shardOf(organization));

  const membership = new Membership(
    {
      redis,
      keys,
      log,
      fleet: config.fleet,
      version: manifest.version,
      place: config.place,
      image: config.image,
      leaseMs: config.sessions.leaseSeconds * 1000,
    },
    {
      slot: async (slot) => {
        await wakeUps?.close();
        wakeUps = await WakeUps.open({
          connection: { url: config.redis.url, ...patience },
          prefix: keys.prefix,
          slot,
          concurrency: config.replies.concurrency,
          log,
          handle: (job) => handleMessageJob(job, { turn: advance, look: () => membership.beat() }),
        });
        log.info("slot claimed", { slot, process: membership.process });
      },
      acquired: (leases) => {
        log.info("shards acquired", { shards: leases.length });
        // After the organizations are known: a turn needs their settings.
        quietly(
          "sessions opened",
          sessions.acquired(leases).then(() => resume(leases)),
        );
      },
      lost: (leases) => {
        log.warn("shards lost", { shards: leases.length });
        sessions.lost(leases);
      },
      over: (shards) => handOver.over(shards),
      due: (conversations) => {
        for (const conversation of conversations) wakeUps?.wakeOnce(conversation);
      },
      requested: (pending) => quietly("requests handled", requests.handle(pending)),
    },
  );

  const sessions: Sessions = new Sessions({
    whatsapp,
    organizations,
    log,
    lease: (shard) => lettingGo.lease(shard),
    stillOurs: async (lease) => {
      await membership.beat();
      return membership.lease(lease.shard)?.epoch === lease.epoch;
    },
    opened: (organization, lease) => {
      quietly("session noted", sessionRecords.opened(organization, lease));
      // What was to be sent while the socket was away.
      quietly("resumed", resume([leaseOf(organization)].filter((held) => held !== undefined)));
    },
    disconnected: (organization) => outbox.disconnected(organization),
    ended: (organization, lease, reason) =>
      settled("session noted", sessionRecords.ended(organization, lease, reason)),
    accepted: wake,
    ack: (organization, ack) => quietly("ack recorded", outbox.acknowledge(organization, ack)),
  });

  const outbox: Outbox = new Outbox({
    record,
    log,
    ackMs: config.whatsapp.ackTimeoutMs,
    lease: leaseOf,
    wire: (organization) => sessions.of(organization)?.connection,
    wake,
    acked: (conversation, part, next) => replies.acked(conversation, part, next),
  });

  const turnOptions: TurnOptions = {
    record,
    completions: clienteAi({ ...config.ai, apiKey: config.ai.apiKey ?? "" }),
    outbox,
    log,
    attemptMs: config.ai.timeoutMs,
    objectiveMs: config.replies.objectiveMs,
    attempts: config.ai.attempts,
    backoffMs: config.ai.backoffMs,
    lease: (organization) => lettingGo.lease(shardOf(organization)),
    settings: (organization) => organizations.find(organization),
    wakeIn: wake,
    thought: (conversation, timing) => replies.thought(conversation, timing),
  };
  const underWay = new UnderWay();
  const advance = async (conversation: Conversation): Promise<void> => {
    await underWay
      .run(conversation.organization, (signal) => turn(conversation, turnOptions, signal))
      .catch(unlessRefused);
  };
  const requests = new Requests({
    redis,
    keys,
    sealing,
    log,
    whatsapp,
    organizations,
    sessions,
    underWay,
    lease: (shard) => lettingGo.lease(shard),
  });

  const lettingGo = new LettingGo({ underWay, outbox, sessions, lease: (shard) => membership.lease(shard) });
  const handOver = new HandOver({
    membership,
    lettingGo,
    sessions,
    log,
    // Who writes meanwhile is to wait no longer than for an answer.
    patienceMs: config.replies.objectiveMs,
    busy: (organization) => requests.busy(organization),
    announce: async (slots) => await wakeUps?.announce(slots),
  });

  /** What waits for an owner or a socket that is gone would wait in vain; the rest comes with the heartbeat. */
  async function resume(leases: readonly Lease[]): Promise<void> {
    for (const conversation of await record.sweep(leases, RESUMED_AT_ONCE, { all: true })) wake(conversation);
  }

  /** A write was refused: the socket goes before anything else happens, and the heartbeat tells who has the shard. */
  function unlessRefused(error: unknown): void {
    if (!(error instanceof LeaseLost)) throw error;
    log.warn("write refused", { ...error.lease });
    sessions.lost([error.lease]);
    void membership.beat();
  }

  /** Work that nobody waits for. */
  function quietly(what: string, work: Promise<void>): void {
    void settled(what, work);
  }

  /** Resolves when it is done, or is known not to be. */
  function settled(what: string, work: Promise<void>): Promise<void> {
    return work.catch(unlessRefused).catch((error: unknown) => log.error(`not ${what}`, errorFields(error)));
  }

  const metrics =
    config.metrics.destination === "none"
      ? undefined
      : new MetricsPublisher({
          redis,
          keys,
          log,
          fleet: config.fleet,
          everyMs: config.metrics.everySeconds * 1000,
          // Loaded only where it is used, and after the process is ready: no start waits for an SDK.
          open: async () => {
            const { cloudWatch } = await import("./adapters/cloudwatch/cloudwatch.ts");
            return cloudWatch({ namespace: config.metrics.namespace, fleet: config.fleet });
          },
        });

  await membership.join();
  metrics?.start();
  return {
    standing: () => {
      if (wakeUps === undefined) return undefined;
      const shards = membership.leases.length;
      return { slot: membership.slot, process: membership.process, shards, waiting: shards === 0 };
    },
    drain: async (drainMs) => {
      const byShard = sessions.byShard;
      membership.stopTaking();
      const drained = wakeUps?.drain();
      await lettingGo.letAllGo(drainMs);
      await drained;
      metrics?.stop();
      const others = await membership.leave(byShard);
      await wakeUps?.announce(others);
      await wakeUps?.close();
    },
  };
}
