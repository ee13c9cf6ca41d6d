import { httpWebhook } from "../adapters/webhook/webhook.ts";
import { Lanes } from "../bulk/lanes.ts";
import type { Writer } from "../conversation/completions.ts";
import { readHistory } from "../conversation/reading.ts";
import type { Conversation, Part } from "../conversation/types.ts";
import { handleAutomationJob } from "../jobs/automation/handler.ts";
import { ADVANCE_JOB, ADVANCE_VERSION } from "../jobs/automation/job.ts";
import type { Owner } from "../owner.ts";
import type { Platform } from "../platform.ts";
import { errorFields } from "../runtime/logging.ts";
import { JobQueue } from "../runtime/job-queue.ts";
import { Executor } from "./executor.ts";
import { RunRecord } from "./run-record.ts";

/** Steps that a process does at once; most of them wait for others. */
const CONCURRENCY = 20;
/** How soon a job is added again for a run that is due still: others may have done it. */
const AGAIN_MS = 20_000;
/** Beside the answer of an AI: how long a step may take. */
const STEP_MS = 30_000;

/** The part of a process that begins and advances runs of automations. */
export interface AutomationWorker {
  /** A run is due. */
  due(organization: string, run: string): void;
  /** A message was accepted, which may have begun runs. */
  accepted(conversation: Conversation): void;
  /** The server said something about a part. */
  acked(organization: string, part: Pick<Part, "turn" | "priority">): void;
  /** Takes no new steps, and ends those under way; after `patienceMs` in the middle: another process does them again. */
  drain(patienceMs: number): Promise<void>;
}

/** Takes its part of the steps that are due. @param owner asked only once something is sent */
export async function startAutomations(
  platform: Platform,
  writer: Writer,
  owner: () => Pick<Owner, "lease" | "wake">,
): Promise<AutomationWorker> {
  const { config, redis, keys, sealing, log, policy, organizations, queues, triggers } = platform;
  const { backoffMs, webhookTimeoutMs, webhookPrivate } = config.automations;
  const runs = new RunRecord({ redis, keys, sealing, policy, claimMs: config.ai.timeoutMs + STEP_MS });
  const executor = new Executor({
    ...{ runs, writer, log, backoffMs },
    lanes: new Lanes(platform),
    webhook: httpWebhook({ timeoutMs: webhookTimeoutMs, allowPrivate: webhookPrivate }),
    sent: (conversation) => {
      // In another process its owner finds it with the next heartbeat.
      if (owner().lease(conversation.organization) !== undefined) owner().wake(conversation);
    },
    settings: async (organization) => {
      // A process without shards has read none.
      if (organizations.find(organization) === undefined) await organizations.refresh();
      return organizations.find(organization);
    },
    nameOf: async (conversation) => {
      const said = await readHistory(redis, keys.prefix, sealing, conversation);
      return said.findLast(({ role, name }) => role === "customer" && name)?.name;
    },
  });
  /** Member of `due` → when its job was added: a sweep tells of it again until somebody has taken it. */
  const added = new Map<string, number>();
  const queue = await JobQueue.open({
    ...queues,
    name: "automation",
    concurrency: CONCURRENCY,
    handle: async (job, signal) => {
      const advance = async (organization: string, run: string): Promise<void> => {
        added.delete(`${organization} ${run}`);
        // The run is due again after a while, and says itself why it ends.
        await executor.advance(organization, run, signal).catch((error: unknown) => {
          log.error("run not advanced", { organization, run, ...errorFields(error) });
        });
      };
      await handleAutomationJob(job, { advance });
    },
  });
  const due = (organization: string, run: string): void => {
    const [member, now] = [`${organization} ${run}`, performance.now()];
    if (now - (added.get(member) ?? -AGAIN_MS) < AGAIN_MS) return;
    added.delete(member);
    added.set(member, now);
    for (const [old, at] of added) {
      // In the order in which they were added.
      if (now - at < AGAIN_MS) break;
      added.delete(old);
    }
    // No job id of our own: the job of a process that was killed would stand in the way of the next one.
    queue.add(ADVANCE_JOB, { v: ADVANCE_VERSION, organization, run }).catch((error: unknown) => {
      added.delete(member);
      log.warn("run not woken", { organization, run, ...errorFields(error) });
    });
  };
  return {
    due,
    accepted: (conversation) => {
      for (const run of triggers.begun(conversation)) due(conversation.organization, run);
    },
    acked: (organization, { turn }) => {
      const [, run] = /^automation (\S+)$/.exec(String(turn)) ?? [];
      if (run === undefined) return;
      // It was added for the step before.
      added.delete(`${organization} ${run}`);
      due(organization, run);
    },
    drain: async (patienceMs) => {
      await queue.drain(patienceMs);
      await queue.close();
    },
  };
}
