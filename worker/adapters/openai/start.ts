import type { AiObserver, Completions, Writer } from "../../conversation/completions.ts";
import { dayKey } from "../../conversation/day-counts.ts";
import { readHistory } from "../../conversation/reading.ts";
import type { Platform } from "../../platform.ts";
import { ChatModel } from "./chat-model.ts";
import { clienteAi } from "./cliente-ai.ts";
import { writerOf } from "./writer.ts";

export interface Ai {
  /** Answers customers and the organizations' own people, each as its own. */
  readonly completions: Completions;
  readonly writer: Writer;
}

/** The AIs of a process: one breaker for each model, whoever asks it. */
export function createAi(platform: Platform, observer?: AiObserver): Ai {
  const { config, log, redis, keys, sealing, record } = platform;
  const { apiKey = "", baseUrl, model, auroraModel, timeoutMs, prices, maxTokens } = config.ai;
  const open = (name: string): ChatModel =>
    new ChatModel({ apiKey, baseUrl, model: name, timeoutMs, prices, log, observer });
  const chat = open(model);
  const customers = clienteAi(chat, maxTokens);
  void auroraModel;
  return {
    completions: customers,
    writer: writerOf({
      chat,
      maxTokens,
      spentToday: async (organization) => {
        const { day } = platform.policy(organization);
        return Number((await redis.hget(dayKey(keys.prefix, organization, day), "aiMicroUsd")) ?? 0);
      },
      spent: (organization, usage) => record.spent(organization, usage),
      history: (conversation) => readHistory(redis, keys.prefix, sealing, conversation),
    }),
  };
}
