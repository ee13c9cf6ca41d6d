import type { AiReply, Answering } from "../ai.ts";
import { answerTo } from "../demo/dialogue.ts";

/** What of a question says which of Aurora's tools answers it. */
const LOOKED_UP: readonly (readonly [about: RegExp, tool: string])[] = [
  [/pend|esper|falta|respond/i, "pending_work"],
  [/convers|quem|client/i, "list_conversations"],
  [/hoje|numero|número|dia|resum|foi/i, "todays_numbers"],
];
const CAN = "Posso ver os números de hoje, as conversas e o que está pendente.";

/** Answers customers from a small dialogue, and the team from what Aurora's tools find. */
export const localAi: Answering = (text, { messages, tools }): string | AiReply => {
  if (tools === undefined) return answerTo(text);
  const last = messages.at(-1);
  if (last?.role === "tool" && typeof last.content === "string") return shown(JSON.parse(last.content));
  const [, tool] = LOOKED_UP.find(([about]) => about.test(text)) ?? [];
  return tool === undefined ? CAN : { toolCalls: [{ name: tool, arguments: "{}" }] };
};

/** A line for each thing that was found. */
function shown(found: unknown): string {
  const { today, conversations, ...others } = found as Record<string, unknown>;
  if (today !== undefined) return `Hoje até agora: ${counts(today)}.`;
  if (Array.isArray(conversations)) {
    const lines = (conversations as Record<string, unknown>[]).map(
      ({ name, number, state }) => `${String(name ?? number ?? "?")}: ${String(state)}`,
    );
    return ["Últimas conversas:", ...lines].join("\n");
  }
  const pending = Object.entries(others).flatMap(([what, value]) => {
    const count = (value as { count?: number } | null)?.count;
    return count === undefined ? [] : [`${what}: ${count}`];
  });
  return ["Pendências:", ...pending].join("\n");
}

function counts(day: unknown): string {
  if (typeof day !== "object" || day === null) return String(day);
  const listed = Object.entries(day).filter(([, count]) => typeof count === "number" && count > 0);
  return listed.map(([what, count]) => `${what} ${String(count)}`).join(", ") || "nada";
}
