import type { ChatCompletionRequest } from "@copilotkit/aimock";
import type { Answering } from "../ai.ts";

/** An AI that names every message that it answers, so that each answer is known to be whose. */
export const namingEach: Answering = (_text, request) => `re: ${unansweredIn(request).join(" ")}`;

function unansweredIn({ messages }: ChatCompletionRequest): string[] {
  const last = messages.findLastIndex(({ role }) => role === "assistant");
  return messages
    .slice(last + 1)
    .filter(({ role }) => role === "user")
    .map(({ content }) => (typeof content === "string" ? content : ""));
}
