import { NoAnswer } from "../../conversation/completions.ts";
import { asWhatsAppText } from "../../conversation/formatting.ts";
import { upToLastSentence } from "../../conversation/splitting.ts";
import type { ChatReply } from "./chat-model.ts";

/** What a model said as a text for WhatsApp. @throws NoAnswer */
export function textOf({ text, cutOff, finishReason }: ChatReply): string {
  const shown = asWhatsAppText(cutOff ? upToLastSentence(text.toWellFormed()) : text);
  if (shown === "") throw new NoAnswer(`the AI gave no text (finish_reason ${finishReason})`);
  return shown;
}
