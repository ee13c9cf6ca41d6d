import { baileysWhatsApp } from "./adapters/baileys/whatsapp.ts";
import type { Completions } from "./conversation/completions.ts";
import { FairShare } from "./conversation/fair-share.ts";
import { isConversation, runOf } from "./conversation/keys.ts";
import { Outbox } from "./conversation/outbox.ts";
import { Presence } from "./conversation/presence.ts";
import { Receipts } from "./conversation/receipts.ts";
import { Replies } from "./conversation/replies.ts";
import { turn, type TurnOptions } from "./conversation/turn.ts";
import type { Conversation, Part } from "./conversation/types.ts";
import { handleMessageJob } from "./jobs/message/handler.ts";
import { fleetLimit } from "./limits/start.ts";
import manifest from "./package.json" with { type: "json" };
import { createRequests } from "./operators.ts";
import type { Platform } from "./platform.ts";
import { errorFields } from "./runtime/logging.ts";
import type { Standing } from "./runtime/readiness.ts";
import { WakeUps } from "./runtime/wake-ups.ts";
import { HandOver } from "./sessions/hand-over.ts";
import { LeaseLost, type Lease } from "./sessions/lease.ts";
import { LettingGo } from "./sessions/letting-go.ts";
import { Membership } from "./sessions/membership.ts";
import { SessionRecords } from "./sessions/session-record.ts";
import { Sessions } from "./sessions/sessions.ts";
import { shardOf } from "./sessions/shards.ts";
import { UnderWay } from "./sessions/under-way.ts";

/** Conversations woken when a shard or a socket comes; the sweep brings the others. */
const RESUMED_AT_ONCE = 1_000;

/** What others do with what an owner learns. */
export interface OwnerHooks {
  readonly completions: Completions;
  /** Something other than a conversation is due in a shard of this process; `member` names it within the organization. */
  due(organization: string, member: string): void;
  /** A message of a customer is stored. */
  accepted?(conversation: Conversation): void;
  /** Settings of organizations may be others than before. */
  refreshed?(): void;
  /** The server said something about a part of an organization. */
  acked?(organization: string, part: Part): void;
}

/** The part of a process that holds shards: their WhatsApp sessions, turns and outboxes. */
export interface Owner {
  readonly sessions: Sessions;
  readonly membership: Membership;
  /** The lease of an organization's shard, for whoever begins something; undefined too while it is let go. */
  lease(organization: string): Lease | undefined;
  /** Has a conversation looked at, after a while. */
  wake(conversation: Conversation, delayMs?: number): void;
  /** Sends what a conversation's outbox has, as far as it may go now; `kind` is what that is. @throws LeaseLost */
  deliver(conversation: Conversation, kind?: "reply" | "bulk"): Promise<void>;
  /**
   * Does something for an organization that letting its shard go waits for; a refused write cuts the socket, anything else is
   * logged. Never rejects.
   */
  perform(organization: string, what: string, work: (signal: AbortSignal) => Promise<void>): Promise<void>;
  /** Undefined until the store has accepted the process: Redis may refuse a heartbeat. */
  standing(): Standing | undefined;
  /** Finishes what is under way within `drainMs`, closes sockets and gives the shards back. */
  drain(drainMs: number): Promise<void>;
}

/** Makes the owner, which holds nothing until `membership.join()`. */
export function createOwner(platform: Platform, hooks: OwnerHooks): Owner {
  const { config, redis, keys, sealing, log, organizations, record, queues } = platform;
  const whatsapp = baileysWhatsApp({ redis, keys, sealing, record, log, ...config.whatsapp });
  const { meters } = platform.observed;
  const replies = new Replies(log, (split) => meters.answered(split));
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
          ...queues,
          slot,
          concurrency: config.replies.concurrency,
          handle: (job) =>
            handleMessageJob(job, {
              turn: (conversation) => fair.take(conversation),
              look: () => membership.beat(),
            }),
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
        meters.lost();
        sessions.lost(leases);
      },
      over: (shards) => handOver.over(shards),
      due: (conversations) => {
        for (const conversation of conversations) look(conversation);
      },
      settings: (version) =>
        quietly(
          "settings read again",
          organizations.refresh(version).then(() => hooks.refreshed?.()),
        ),
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
    disconnected: (organization) => {
      outbox.disconnected(organization);
      // Before the shard may be another's.
      void receipts.flush();
    },
    ended: (organization, lease, reason) =>
      settled("session noted", sessionRecords.ended(organization, lease, reason)),
    accepted: (conversation) => {
      wake(conversation);
      hooks.accepted?.(conversation);
    },
    ack: (organization, ack) => quietly("ack recorded", outbox.acknowledge(organization, ack)),
    receipt: (organization, receipt) => receipts.add(organization, receipt),
  });

  const outbox: Outbox = new Outbox({
    record,
    log,
    limit: fleetLimit(platform, (work) => quietly("sent", work)),
    ackMs: config.whatsapp.ackTimeoutMs,
    lease: leaseOf,
    wire: (organization) => sessions.of(organization)?.connection,
    wake,
    acked: (conversation, part, kind) => {
      replies.acked(conversation, part, kind);
      meters.part(part, kind);
      hooks.acked?.(conversation.organization, part);
    },
  });

  const presence = new Presence({
    wire: (organization) => sessions.of(organization)?.connection,
    settings: (organization) => organizations.find(organization),
  });
  const receipts = new Receipts({ redis, keys, log, lease: leaseOf, policy: platform.policy });

  const turnOptions: TurnOptions = {
    record,
    completions: hooks.completions,
    outbox,
    log,
    attemptMs: config.ai.timeoutMs,
    objectiveMs: config.replies.objectiveMs,
    attempts: config.ai.attempts,
    backoffMs: config.ai.backoffMs,
    patienceMs: config.ai.patienceMs,
    lease: (organization) => lettingGo.lease(shardOf(organization)),
    settings: (organization) => organizations.find(organization),
    wakeIn: wake,
    thought: (conversation, timing) => replies.thought(conversation, timing),
    thinking: (conversation) => presence.thinking(conversation),
    answered: (conversation, messages) => presence.answered(conversation, messages),
  };
  const underWay = new UnderWay();
  const advance = async (conversation: Conversation): Promise<void> => {
    await underWay
      .run(conversation.organization, (signal) => turn(conversation, turnOptions, signal))
      .catch(unlessRefused);
  };
  const fair = new FairShare({
    places: config.replies.concurrency,
    shared: () => organizations.ids.length > 1,
    run: advance,
    failed: (conversation, error) => log.warn("turn failed", { ...conversation, ...errorFields(error) }),
  });
  const requests = createRequests(platform, {
    whatsapp,
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
    for (const due of await record.sweep(leases, RESUMED_AT_ONCE, { all: true })) {
      // Runs of automations wait for hours, and for nothing that could be gone.
      if (runOf(due.chat) === undefined) look(due);
    }
  }

  /** One that waits already is not woken again: a sweep repeats itself while the queue is long. */
  function look(due: Conversation): void {
    if (!isConversation(due)) hooks.due(due.organization, due.chat);
    else if (!fair.waits(due)) wakeUps?.wakeOnce(due);
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

  meters.owner(() => membership.leases.length);
  return {
    sessions,
    membership,
    lease: (organization) => lettingGo.lease(shardOf(organization)),
    wake,
    deliver: (conversation, kind) => outbox.deliver(conversation, kind),
    perform: (organization, what, work) => settled(what, underWay.run(organization, work)),
    standing: () => {
      if (wakeUps === undefined) return undefined;
      const shards = membership.leases.length;
      return { slot: membership.slot, process: membership.process, shards, waiting: shards === 0 };
    },
    drain: async (drainMs) => {
      const byShard = sessions.byShard;
      membership.stopTaking();
      fair.close();
      await Promise.all([lettingGo.letAllGo(drainMs), wakeUps?.drain()]);
      await receipts.flush();
      const others = await membership.leave(byShard);
      await wakeUps?.announce(others);
      await wakeUps?.close();
    },
  };
}
