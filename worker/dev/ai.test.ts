import { afterEach, expect, test } from "vitest";
import { modelAt, never as unaborted } from "../adapters/openai/api-fixture.ts";
import type { ChatReply } from "../adapters/openai/chat-model.ts";
import { AiRefusal, never, startAi, type AiFault, type Answering, type DevelopmentAi } from "./ai.ts";

const started: DevelopmentAi[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((ai) => ai.stop()));
});

/** What the real client makes of this AI. */
async function asked(
  answering: Answering,
  { fault, signal = unaborted }: { fault?: AiFault; signal?: AbortSignal } = {},
): Promise<ChatReply> {
  const ai = await startAi(answering, 0, () => fault);
  started.push(ai);
  const chat = modelAt(ai);
  const request = { messages: [{ role: "user" as const, content: "oi" }], maxTokens: 50 };
  return await chat.complete(request, { purpose: "customer", meter: chat.meter(), signal });
}

test("it answers with a text", async () => {
  expect(await asked((text) => `re: ${text}`)).toMatchObject({ text: "re: oi", finishReason: "stop" });
});

test("it calls tools", async () => {
  const toolCalls = [{ name: "look", arguments: '{"at": 1' }];
  expect(await asked(() => ({ toolCalls }))).toMatchObject({
    finishReason: "tool_calls",
    toolCalls: [{ type: "function", function: toolCalls[0] }],
  });
});

test("it is cut off, or refuses", async () => {
  expect(await asked(() => ({ text: "meia", finishReason: "length" }))).toMatchObject({ cutOff: true });
  const refused = asked(() => ({ text: "", finishReason: "content_filter" }));
  await expect(refused).rejects.toMatchObject({ name: "AiRefused" });
});

test("it is limited, and says until when", async () => {
  const limited = asked(() => Promise.reject(new AiRefusal(429, { retryAfter: 7 })));
  await expect(limited).rejects.toMatchObject({ name: "AiUnavailable", retryAfterMs: 7_000 });
});

test.each(["reset", "garbage"] as const)("its reply is a %s", async (fault) => {
  await expect(asked(() => "never said", { fault })).rejects.toMatchObject({ name: "CallFailed" });
});

test("it hangs", async () => {
  const hanging = asked(never, { signal: AbortSignal.timeout(100) });
  await expect(hanging).rejects.toMatchObject({ outcome: "timeout" });
});
