import { expect, test } from "vitest";
import { messageId } from "./message-id.ts";

const conversation = { organization: "acme", chat: "551@lid" };

test("looks like an id of Baileys", () => {
  expect(messageId(conversation, 1, 0)).toMatch(/^3EB0[0-9A-F]{18}$/);
});

test("is the same for the same part", () => {
  expect(messageId(conversation, 3, 2)).toBe(messageId({ ...conversation }, 3, 2));
});

test("differs by organization, chat, turn and part", () => {
  const ids = [
    messageId(conversation, 1, 1),
    messageId({ ...conversation, organization: "acm" }, 1, 1),
    messageId({ ...conversation, chat: "552@lid" }, 1, 1),
    messageId(conversation, 2, 1),
    messageId(conversation, 1, 2),
    messageId(conversation, 11, 1),
    messageId(conversation, "campaign 1", 1),
  ];
  expect(new Set(ids).size).toBe(ids.length);
});
