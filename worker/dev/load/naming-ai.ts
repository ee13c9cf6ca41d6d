import { setTimeout as delay } from "node:timers/promises";
import type { ChatCompletionRequest } from "@copilotkit/aimock";
import type { Answering } from "../ai.ts";
import { marksIn } from "./marks.ts";

/** When the AI had to do with a message, by the clock of `performance.now()`. */
export interface Thought {
  /** It was first asked with it. */
  readonly askedAt: number;
  /** It last answered it; undefined as long as it thinks. */
  readonly answeredAt?: number;
}

/** What the AI is told of a load. */
interface Told {
  /** How long it takes for each message, in ms. */
  readonly aiMs: readonly number[];
  readonly thoughts: Map<number, Thought>;
}

/**
 * The AI of a load: for a message it takes as long as was recorded, for several at once as long as for the longest, and
 * it names those that it answers. Of what has no mark it leaves the answer to another.
 */
export class NamingAi {
  readonly #otherwise: Answering;
  #told: Told | undefined;

  constructor(otherwise: Answering) {
    this.#otherwise = otherwise;
  }

  /** From here on it is about this load. */
  attend(aiMs: readonly number[]): ReadonlyMap<number, Thought> {
    const thoughts = new Map<number, Thought>();
    this.#told = { aiMs, thoughts };
    return thoughts;
  }

  readonly answering: Answering = async (text, request) => {
    const told = this.#told;
    const marks = unansweredIn(request).flatMap(marksIn);
    if (told === undefined || marks.length === 0) return await this.#otherwise(text, request);
    const { aiMs, thoughts } = told;
    const askedAt = performance.now();
    for (const mark of marks) if (!thoughts.has(mark)) thoughts.set(mark, { askedAt });
    await delay(Math.max(...marks.map((mark) => aiMs[mark] ?? 0)));
    const answeredAt = performance.now();
    for (const mark of marks) thoughts.set(mark, { askedAt, ...thoughts.get(mark), answeredAt });
    return `Claro! ${marks.map((mark) => `#${mark}`).join(" ")}`;
  };
}

/** What customers wrote since the last answer. */
export function unansweredIn({ messages }: ChatCompletionRequest): string[] {
  const last = messages.findLastIndex(({ role }) => role === "assistant");
  return messages
    .slice(last + 1)
    .filter(({ role }) => role === "user")
    .map(({ content }) => (typeof content === "string" ? content : ""));
}
