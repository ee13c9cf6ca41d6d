import { DateTime } from "luxon";
import type { DayCounts } from "../../conversation/day-counts.ts";

/** What a summary says, as it was counted. */
export interface SummaryNumbers {
  /** Undefined on a day on which nothing happened. */
  readonly today: DayCounts | undefined;
  readonly yesterday: DayCounts | undefined;
  readonly lastWeek: DayCounts | undefined;
  /** Chats that are left to people at this moment. */
  readonly withPeople: number;
}

const WORDS_MAX = 700;
const LINK = /https?:|www[.]/i;
const NUMBER = /\d+(?:[.,]\d+)*/g;

const whole = new Intl.NumberFormat("pt-BR");
const money = new Intl.NumberFormat("pt-BR", { minimumFractionDigits: 2, maximumFractionDigits: 2 });

/** @param day YYYY-MM-DD */
export function titleOf(name: string, day: string): string {
  const local = DateTime.fromISO(day, { locale: "pt-BR" });
  return `*Resumo de ${local.toFormat("cccc, dd/MM")}* – ${name}`;
}

/** The numbers, a line each; nothing in it is written by an AI. */
export function numbersOf({ today, yesterday, lastWeek, withPeople }: SummaryNumbers): string {
  const compared = (count: (day: DayCounts) => number): string => {
    const others = [
      yesterday && `ontem ${whole.format(count(yesterday))}`,
      lastWeek && `há uma semana ${whole.format(count(lastWeek))}`,
    ].filter((other) => other !== undefined);
    const own = whole.format(today === undefined ? 0 : count(today));
    return others.length === 0 ? own : `${own} (${others.join(", ")})`;
  };
  const count = (of: (day: DayCounts) => number): number => (today === undefined ? 0 : of(today));
  const further = (label: string, of: (day: DayCounts) => number): string[] =>
    count(of) === 0 ? [] : [`${label}: ${whole.format(count(of))}`];
  return [
    `Mensagens recebidas: ${compared(({ received }) => received)}`,
    `Clientes novos: ${compared(({ newContacts }) => newContacts)}`,
    `Respostas: ${compared(({ answered }) => answered)}`,
    ...(today?.replyP50 === undefined || today.replyP95 === undefined
      ? []
      : [`Tempo de resposta: metade ${within(today.replyP50)}, 95% ${within(today.replyP95)}`]),
    ...further("Sem resposta", ({ unanswered }) => unanswered),
    ...further("Passadas para a equipe", ({ handed }) => handed),
    ...(withPeople === 0 ? [] : [`Esperando a equipe agora: ${whole.format(withPeople)}`]),
    ...further("Recusadas pelo WhatsApp", ({ refused }) => refused),
    ...further("Mensagens de campanhas", ({ campaign }) => campaign),
    ...further("Mensagens de automações", ({ automation }) => automation),
    ...further("Pediram para sair das campanhas", ({ optedOut }) => optedOut),
    `Custo da IA: ${costOf(today)}`,
  ].join("\n");
}

function costOf(today: DayCounts | undefined): string {
  if (today === undefined) return "US$ 0,00";
  if (today.aiUsd === undefined) return "desconhecido";
  return today.aiUsd > 0 && today.aiUsd < 0.01 ? "menos de US$ 0,01" : `US$ ${money.format(today.aiUsd)}`;
}

function within(ms: number): string {
  if (ms === Infinity) return "em mais de 1 h";
  const seconds = ms / 1000;
  if (seconds < 60) return `em até ${seconds} s`;
  return seconds < 3_600 ? `em até ${seconds / 60} min` : `em até ${seconds / 3_600} h`;
}

/**
 * The AI's words, if they can stand above the numbers: a number in them that is not among those was made up.
 * @throws Error that says why they cannot
 */
export function checkedWords(words: string, numbers: string): string {
  const trimmed = words.trim();
  if (trimmed === "") throw new Error("the AI wrote nothing");
  if (trimmed.length > WORDS_MAX)
    throw new Error(`the AI wrote ${trimmed.length} characters, and at most ${WORDS_MAX} are of use`);
  if (LINK.test(trimmed)) throw new Error("the AI wrote a link");
  const known = new Set(numbers.match(NUMBER) ?? []);
  const unknown = (trimmed.match(NUMBER) ?? []).filter((number) => !known.has(number));
  // How many, not which: what an AI says is in no log.
  if (unknown.length > 0) throw new Error(`the AI wrote ${unknown.length} numbers that are not in the data`);
  return trimmed;
}
