import { expect, test, vi } from "vitest";
import { handleMessageJob, type MessagePorts } from "./handler.ts";
import { LOOK_JOB, TURN_JOB } from "./job.ts";

const conversation = { organization: "ana", chat: "5511999@lid" };

function ports() {
  return {
    turn: vi.fn<MessagePorts["turn"]>(async () => {}),
    look: vi.fn<MessagePorts["look"]>(async () => {}),
  };
}

test("a wake-up advances the conversation that it names", async () => {
  const { turn, look } = ports();
  await handleMessageJob({ name: TURN_JOB, data: conversation }, { turn, look });
  expect(turn).toHaveBeenCalledExactlyOnceWith(conversation);
  expect(look).not.toHaveBeenCalled();
});

test("the news of free shards makes the process look", async () => {
  const { turn, look } = ports();
  await handleMessageJob({ name: LOOK_JOB, data: {} }, { turn, look });
  expect(look).toHaveBeenCalledOnce();
  expect(turn).not.toHaveBeenCalled();
});

test.each<[what: string, data: unknown, reason: RegExp]>([
  ["nothing", null, /malformed turn job: payload/],
  ["a text", "ana", /malformed turn job: payload/],
  ["no chat", { organization: "ana" }, /malformed turn job: chat/],
  ["a chat that is no JID", { ...conversation, chat: "ana" }, /malformed turn job: chat: expected a JID/],
  [
    "an id that would break a key",
    { ...conversation, organization: "a b:c" },
    /malformed turn job: organization/,
  ],
  ["more than ids", { ...conversation, text: "oi" }, /malformed turn job/],
])("a wake-up with %s is refused with the reason", async (_what, data, reason) => {
  const { turn, look } = ports();
  await expect(handleMessageJob({ name: TURN_JOB, data }, { turn, look })).rejects.toThrow(reason);
  expect(turn).not.toHaveBeenCalled();
});

test.each<[what: string, data: unknown]>([
  ["as they were before they had one", conversation],
  ["of the version that is understood", { v: 1, ...conversation }],
])("a wake-up %s is understood", async (_what, data) => {
  const { turn, look } = ports();
  await handleMessageJob({ name: TURN_JOB, data }, { turn, look });
  expect(turn).toHaveBeenCalledExactlyOnceWith(conversation);
});

test("a wake-up of a newer version is refused with both, whatever is in it", async () => {
  const { turn, look } = ports();
  const newer = { v: 2, conversations: [conversation] };
  await expect(handleMessageJob({ name: TURN_JOB, data: newer }, { turn, look })).rejects.toThrow(
    "job turn: expected version 1 or older, got 2",
  );
  expect(turn).not.toHaveBeenCalled();
});

test("a job of another name is refused with those that are known", async () => {
  await expect(handleMessageJob({ name: "send", data: conversation }, ports())).rejects.toThrow(
    "unknown job send: expected turn or look",
  );
});

test("what goes wrong in a turn is the job's failure", async () => {
  const failing = { ...ports(), turn: async () => Promise.reject(new Error("the store is gone")) };
  await expect(handleMessageJob({ name: TURN_JOB, data: conversation }, failing)).rejects.toThrow(
    "the store is gone",
  );
});
