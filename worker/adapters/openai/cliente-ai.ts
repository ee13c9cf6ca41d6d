import type { Completions } from "../../conversation/completions.ts";
import { partsOf } from "../../conversation/splitting.ts";
import { textOf } from "./answer-texts.ts";
import { allowanceOf } from "./budget.ts";
import type { ChatModel } from "./chat-model.ts";
import { metered } from "./metered.ts";
import { customerInstructions, talkOf } from "./prompt.ts";

/** Answers customers in the organization's voice. @param maxTokens of an answer while there is budget enough */
export function clienteAi(chat: ChatModel, maxTokens: number): Completions {
  return {
    answer: (question, signal) =>
      metered(chat, async (meter) => {
        const { settings, spentMicroUsd } = question;
        const allowance = allowanceOf(settings, spentMicroUsd, maxTokens);
        const instructions = customerInstructions(settings, allowance);
        const talk = await talkOf(question, allowance);
        const reply = await chat.complete(
          {
            messages: [{ role: "system", content: instructions }, ...talk],
            maxTokens: allowance.answerTokens,
          },
          { purpose: "customer", meter, signal },
        );
        return partsOf(textOf(reply));
      }),
  };
}
