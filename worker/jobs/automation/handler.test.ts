import { expect, test, vi } from "vitest";
import { handleAutomationJob, type AutomationPorts } from "./handler.ts";
import { ADVANCE_JOB } from "./job.ts";

const payload = { organization: "ana", run: "0f3a" };
const ports = () => ({ advance: vi.fn<AutomationPorts["advance"]>(async () => {}) });

test.each([
  ["of this version", { v: 1, ...payload }],
  ["from before there were versions", payload],
])("a job %s advances the run that it names", async (_what, data) => {
  const { advance } = ports();
  await handleAutomationJob({ name: ADVANCE_JOB, data }, { advance });
  expect(advance).toHaveBeenCalledExactlyOnceWith("ana", "0f3a");
});

test.each<[what: string, data: unknown, reason: RegExp]>([
  ["nothing", null, /malformed advance job/],
  ["an id that would break a key", { v: 1, ...payload, run: "a b" }, /malformed advance job: run/],
  ["a text", { v: 1, ...payload, text: "oi" }, /malformed advance job/],
  ["a newer version", { v: 2, ...payload }, /expected version 1 or older, got 2/],
])("a job with %s is refused with the reason", async (_what, data, reason) => {
  const { advance } = ports();
  await expect(handleAutomationJob({ name: ADVANCE_JOB, data }, { advance })).rejects.toThrow(reason);
  expect(advance).not.toHaveBeenCalled();
});

test("a job of another name is refused", async () => {
  await expect(handleAutomationJob({ name: "send", data: payload }, ports())).rejects.toThrow(
    "unknown job send: expected advance",
  );
});
