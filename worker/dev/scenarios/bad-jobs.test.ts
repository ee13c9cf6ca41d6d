import { Queue, QueueEvents, type Job } from "bullmq";
import { afterEach, expect, test } from "vitest";
import { HEALTH_CHECK_JOB } from "../../jobs/whatsapp-health-check/job.ts";
import { ADVANCE_JOB } from "../../jobs/automation/job.ts";
import { EXPAND_JOB } from "../../jobs/campaign/job.ts";
import { TURN_JOB } from "../../jobs/message/job.ts";
import type { LocalDeployment } from "../deployment.ts";
import { linked, useDeployments } from "./scenario-fixture.ts";

const deploy = useDeployments();
const DONE_MS = 20_000;
const opened: { close(): Promise<void> }[] = [];

/** Before the deployment ends, and Redis with it: they would wait for it. */
afterEach(async () => {
  for (const each of opened.splice(0)) await each.close();
});

/** Each queue of a process with a job as older processes wrote it, which is for something that is not there. */
const QUEUES: readonly (readonly [queue: string, job: string, older: object])[] = [
  ["message-0", TURN_JOB, { organization: "ana", chat: "100000000000999@lid" }],
  ["campaign", EXPAND_JOB, { organization: "ana", campaign: "none" }],
  ["automation", ADVANCE_JOB, { organization: "ana", run: "none" }],
  ["cron", HEALTH_CHECK_JOB, {}],
];

interface Followed {
  /** Adds a job and says what became of it: what it failed with, or nothing. */
  run(name: string, data: unknown): Promise<string | undefined>;
  readonly queue: Queue;
}

async function follow({ redisUrl, namespace }: LocalDeployment, name: string): Promise<Followed> {
  const options = { connection: { url: redisUrl }, prefix: `{${namespace}}` };
  const queue = new Queue(name, options);
  const events = new QueueEvents(name, options);
  opened.push(events, queue);
  await events.waitUntilReady();
  return {
    queue,
    run: async (job, data) => {
      const added: Job = await queue.add(job, data);
      return await added.waitUntilFinished(events, DONE_MS).then(
        () => undefined,
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      );
    },
  };
}

test("jobs of other versions, and what is no job at all: kept with a sentence or understood, and the process goes on", async () => {
  const deployment = await deploy();
  const worker = deployment.worker();
  await worker.ready();
  const [phone] = await linked(deployment, ["ana"]);
  for (const [name, job, older] of QUEUES) {
    const { queue, run } = await follow(deployment, name);
    expect(await run(job, { v: 99, ...older, added: { later: true } }), name).toMatch(
      new RegExp(`${job}.*expected version \\d+ or older, got 99`),
    );
    for (const data of [
      null,
      "text",
      7,
      [],
      { v: "1" },
      { v: -1 },
      { v: 1, organization: "a b:c", chat: {} },
    ])
      expect(await run(job, data), `${name} ${JSON.stringify(data)}`).toMatch(/malformed|version/);
    expect(await run("a job of tomorrow", older), name).toContain("unknown job a job of tomorrow");
    expect(await run(job, older), `${name}, an older one`).toBeUndefined();
    // A person sees them, with the reason.
    const kept = await queue.getFailed();
    expect(kept.length, name).toBeGreaterThanOrEqual(9);
    expect(kept.every(({ failedReason }) => failedReason.length > 10)).toBe(true);
  }
  expect(worker.running, worker.output).toBe(true);
  const contact = deployment.whatsapp.contact();
  contact.write(phone!, "oi");
  await contact.waitForMessage("re: oi");
  expect(await worker.stop()).toBe(0);
});
