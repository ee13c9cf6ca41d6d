import OpenAI from "openai";
import { NoAnswer, type Completions, type Question } from "../../conversation/completions.ts";

export interface ClienteAiOptions {
  readonly apiKey: string;
  readonly baseUrl: string;
  readonly model: string;
  /** Hard timeout of one attempt. */
  readonly timeoutMs: number;
}

/** Answers customers in the organization's voice. */
export function clienteAi({ apiKey, baseUrl, model, timeoutMs }: ClienteAiOptions): Completions {
  // The SDK's own retries would multiply the timeout; the record decides about another attempt.
  const client = new OpenAI({ apiKey, baseURL: baseUrl, timeout: timeoutMs, maxRetries: 0 });
  return {
    async answer(question, signal) {
      const completion = await client.chat.completions.create(
        { model, messages: promptOf(question) },
        { signal },
      );
      const [choice] = completion.choices;
      const text = choice?.message.content?.trim();
      if (!text)
        throw new NoAnswer(`the AI gave no text (finish_reason ${choice?.finish_reason ?? "missing"})`);
      return { texts: [text] };
    },
  };
}

function promptOf({ settings, history, messages }: Question): OpenAI.ChatCompletionMessageParam[] {
  return [
    {
      role: "system",
      content: `You answer customers of ${settings.name} on WhatsApp, as ${settings.name}.\n\n${settings.instructions}`,
    },
    ...history.map(({ role, text }) => ({
      role: role === "customer" ? ("user" as const) : ("assistant" as const),
      content: text,
    })),
    ...messages.map(({ text }) => ({ role: "user" as const, content: text })),
  ];
}
