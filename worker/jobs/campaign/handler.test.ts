import { expect, test, vi } from "vitest";
import { handleCampaignJob, type CampaignPorts } from "./handler.ts";
import { EXPAND_JOB } from "./job.ts";

const payload = { organization: "ana", campaign: "natal" };
const { signal } = new AbortController();

function ports() {
  return { expand: vi.fn<CampaignPorts["expand"]>(async () => {}) };
}

test.each([
  ["of this version", { v: 1, ...payload }],
  ["from before there were versions", payload],
])("a job %s expands the campaign that it names", async (_what, data) => {
  const { expand } = ports();
  await handleCampaignJob({ name: EXPAND_JOB, data }, { expand }, signal);
  expect(expand).toHaveBeenCalledExactlyOnceWith(payload, signal);
});

test.each<[what: string, name: string, data: unknown, reason: string]>([
  ["of a newer version", EXPAND_JOB, { v: 2, ...payload }, "expected version 1 or older, got 2"],
  ["with a text", EXPAND_JOB, { v: 1, ...payload, text: "oi" }, "malformed expand job"],
  [
    "with an id that would break a key",
    EXPAND_JOB,
    { v: 1, ...payload, campaign: "a:b" },
    "malformed expand job: campaign",
  ],
  ["of another name", "send", { v: 1, ...payload }, "unknown job send: expected expand"],
])("a job %s is refused with the reason", async (_what, name, data, reason) => {
  const { expand } = ports();
  await expect(handleCampaignJob({ name, data }, { expand }, signal)).rejects.toThrow(reason);
  expect(expand).not.toHaveBeenCalled();
});

test("what goes wrong in an expansion is the job's failure", async () => {
  const failing = { expand: async () => Promise.reject(new Error("the store is gone")) };
  await expect(handleCampaignJob({ name: EXPAND_JOB, data: payload }, failing, signal)).rejects.toThrow(
    "the store is gone",
  );
});
