import { AiFailure, type Answer } from "../../conversation/completions.ts";
import type { ChatModel } from "./chat-model.ts";
import type { Meter } from "./prices.ts";

/** Counts what calls use, whatever comes of them. */
export async function metered(
  chat: ChatModel,
  texts: (meter: Meter) => Promise<readonly string[]>,
): Promise<Answer> {
  const meter = chat.meter();
  try {
    return { texts: await texts(meter), usage: meter.total };
  } catch (error) {
    if (error instanceof AiFailure) error.usage = meter.total;
    throw error;
  }
}
