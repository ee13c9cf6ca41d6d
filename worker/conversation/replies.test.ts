import { expect, test } from "vitest";
import type { Logger } from "../runtime/logging.ts";
import { Replies } from "./replies.ts";
import type { Part } from "./types.ts";

const ana = { organization: "acme", chat: "551@lid" };
const part = (turn: number | string, number: number): Part => ({
  kind: "part",
  id: `${turn} ${number}`,
  turn,
  part: number,
  priority: 1,
  text: "",
  repeat: false,
  sends: 1,
  committedAt: 0,
});

/** An answer in two parts that is in the record; what is told of it. */
function answered() {
  const told: string[] = [];
  const info = (message: string): void => void told.push(message);
  const log: Logger = { error: () => {}, warn: () => {}, debug: () => {}, info };
  const replies = new Replies(log, ({ queueMs, aiMs }) => told.push(`${queueMs} ${aiMs}`));
  replies.thought(ana, { turn: 3, queueMs: 5, aiMs: 700, parts: 2 });
  return { told, replies };
}

test("an answer is told of once, when the server has the last of its parts", () => {
  const { told, replies } = answered();
  for (const number of [0, 1]) replies.acked(ana, part(3, number), "acked");
  replies.acked(ana, part("campaign c", 2), "acked");
  replies.acked({ ...ana, chat: "552@lid" }, part(3, 2), "acked");
  expect(told).toEqual([]);
  replies.acked(ana, part(3, 2), "acked");
  replies.acked(ana, part(3, 2), "acked");
  expect(told).toEqual(["answered", "5 700"]);
});

test("a part that the server refuses is no answer, and none of the rest is", () => {
  const { told, replies } = answered();
  replies.acked(ana, part(3, 1), "refused");
  replies.acked(ana, part(3, 2), "acked");
  expect(told).toEqual([]);
});
