import { aurora } from "../../aurora/aurora.ts";
import { BusinessData } from "../../aurora/business-data.ts";
import type { AiObserver, Completions, Writer } from "../../conversation/completions.ts";
import { dayKey } from "../../conversation/day-counts.ts";
import { readHistory } from "../../conversation/reading.ts";
import type { Platform } from "../../platform.ts";
import { unkeepableBudget } from "./budget.ts";
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
  const team = auroraModel === model ? chat : open(auroraModel);
  const ofCustomers = clienteAi(chat, maxTokens);
  const stored = { redis, prefix: keys.prefix, sealing };
  const ofTeam = aurora({
    chat: team,
    maxTokens,
    data: (organization, people) => new BusinessData(stored, organization, people),
  });
  /** Organizations whose budget cannot be kept, and that was said. */
  const said = new Set<string>();
  return {
    completions: {
      async answer(question, signal) {
        const { organization } = question.conversation;
        const unkeepable = unkeepableBudget(question.settings, config.ai);
        if (unkeepable !== undefined && !said.has(organization)) {
          said.add(organization);
          log.error("budget not kept", { organization, reason: unkeepable });
        }
        const { answer } = question.messages.at(-1)?.who === "team" ? ofTeam : ofCustomers;
        return await answer(question, signal);
      },
    },
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
