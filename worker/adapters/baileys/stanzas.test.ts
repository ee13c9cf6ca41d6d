import type { BinaryNode } from "@whiskeysockets/baileys";
import { describe, expect, test } from "vitest";
import { Calls } from "./calls.ts";
import { receiptOf } from "./receipt.ts";
import { timeOf } from "./stanza-time.ts";

const NOW = 1_800_000_000_000;
const SECONDS = "1800000000";

describe("the time of a stanza", () => {
  test("is in seconds", () => {
    expect(timeOf("1799999999", NOW)).toBe(NOW - 1_000);
  });

  test.each([undefined, "", "0", "-5", "soon", "NaN", "Infinity", "1e300", "1900000000", "1799999999.5555"])(
    "is now where it cannot be: %s",
    (seconds) => {
      expect(timeOf(seconds, NOW)).toBe(NOW);
    },
  );
});

describe("a receipt", () => {
  const receipt = (attrs: Record<string, string>, ids: string[] = []): BinaryNode => ({
    tag: "receipt",
    attrs: { from: "551@lid", id: "A", t: "1700000000", ...attrs },
    ...(ids.length === 0
      ? {}
      : {
          content: [{ tag: "list", attrs: {}, content: ids.map((id) => ({ tag: "item", attrs: { id } })) }],
        }),
  });

  test.each([
    [{}, "delivered"],
    [{ type: "inactive" }, "delivered"],
    [{ type: "read" }, "read"],
    [{ type: "played" }, "played"],
  ])("with %j says how far messages came", (attrs, state) => {
    expect(receiptOf(receipt(attrs, ["B", "C"]))).toEqual({
      ids: ["A", "B", "C"],
      state,
      at: 1_700_000_000_000,
    });
  });

  test.each<[what: string, attrs: Record<string, string>]>([
    ["asks for a message again", { type: "retry" }],
    ["is of another device of ours", { type: "read-self" }],
    ["names the chat of our own other device", { recipient: "552@lid" }],
    ["comes from a group", { from: "1@g.us" }],
    ["comes from a status", { from: "status@broadcast" }],
  ])("that %s says nothing about a customer", (_, attrs) => {
    expect(receiptOf(receipt(attrs))).toBeUndefined();
  });

  test("without an id names nothing", () => {
    expect(receiptOf({ tag: "receipt", attrs: { from: "551@lid" } })?.ids).toEqual([]);
  });
});

describe("a call", () => {
  const call = (
    tag: string,
    attrs: Record<string, string> = {},
    stanza: Record<string, string> = {},
  ): BinaryNode => ({
    tag: "call",
    attrs: { from: "551@lid", id: "stanza", t: SECONDS, ...stanza },
    content: [
      {
        tag,
        attrs: { "call-id": "C1", "call-creator": "551@lid", caller_pn: "55@s.whatsapp.net", ...attrs },
      },
    ],
  });

  test("that rings is not missed yet, and is once it ends", () => {
    const calls = new Calls();
    expect(calls.missed(call("offer"), NOW)).toBeUndefined();
    expect(calls.missed(call("relaylatency"), NOW)).toBeUndefined();
    expect(calls.missed(call("terminate", { reason: "timeout" }), NOW)).toEqual({
      id: "call-C1",
      from: "551@lid",
      callerPn: "55@s.whatsapp.net",
      at: NOW,
    });
    expect(calls.missed(call("terminate", { "call-id": "C2" }), NOW)?.id).toBe("call-C2");
  });

  test.each(["accept", "reject"])("that somebody has to do with on the phone is not missed: %s", (tag) => {
    const calls = new Calls();
    calls.missed(call("offer"), NOW);
    calls.missed(call(tag), NOW);
    expect(calls.missed(call("terminate"), NOW)).toBeUndefined();
  });

  test.each(["accepted_elsewhere", "rejected_elsewhere"])("is not missed where it ended as %s", (reason) => {
    expect(new Calls().missed(call("terminate", { reason }), NOW)).toBeUndefined();
  });

  test("that came while nobody was connected is missed when it rings no more", () => {
    const offline = { offline: "1" };
    expect(new Calls().missed(call("offer", {}, offline), NOW + 30_000)).toBeUndefined();
    expect(new Calls().missed(call("offer", {}, offline), NOW + 90_000)?.id).toBe("call-C1");
    expect(new Calls().missed(call("offer"), NOW + 90_000)).toBeUndefined();
  });

  test("of a group, or that is none, is not for us", () => {
    expect(new Calls().missed(call("terminate", { "group-jid": "1@g.us" }), NOW)).toBeUndefined();
    expect(new Calls().missed(call("terminate", { type: "group" }), NOW)).toBeUndefined();
    expect(new Calls().missed(call("terminate", { "call-id": "" }), NOW)).toBeUndefined();
    expect(new Calls().missed({ tag: "call", attrs: {} }, NOW)).toBeUndefined();
  });
});
