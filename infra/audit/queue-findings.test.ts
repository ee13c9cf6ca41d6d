import { expect, test } from "vitest";
import { queueFindings, type AuditedQueue } from "./queue-findings.ts";

const NOW = 1_800_000_000_000;
const QUEUE: AuditedQueue = {
  ...{ prefix: "bull", name: "mail", paused: false, added: 9, workers: 1 },
  ...{ waiting: 0, active: 0, delayed: 0, failed: 0, completed: 9, stalled: 0 },
};

function findingOn(about: string, ...queues: readonly Partial<AuditedQueue>[]) {
  const audited = queues.map((queue) => Object.assign({}, QUEUE, queue));
  const expectation = { objectiveSeconds: 5, aiSeconds: { low: 2, high: 5 } };
  return queueFindings(audited, NOW, expectation).find((finding) => finding.about === about);
}

test("a queue without a worker is a risk while it is empty, and wrong once jobs wait or are delayed", () => {
  expect(findingOn("workers", {}, { name: "idle", workers: 0 })).toMatchObject({
    verdict: "risk",
    text: "1 worker connected to 2 queues; nobody works on idle, where none waits",
  });
  expect(findingOn("workers", { workers: 0, waiting: 1 })?.verdict).toBe("wrong");
  expect(findingOn("workers", { workers: 0, delayed: 1 })?.verdict).toBe("wrong");
});

test("a job may wait for as long as the objective", () => {
  expect(findingOn("waiting", { waiting: 1, oldestAt: NOW - 5_000 })?.verdict).toBe("ok");
  expect(findingOn("waiting", { waiting: 1, oldestAt: NOW - 5_001 })?.verdict).toBe("wrong");
});
