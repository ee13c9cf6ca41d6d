import type { Said } from "../../conversation/types.ts";

/** A conversation in which the last word is ours, and has been for a while. */
export interface QuietConversation {
  readonly chat: string;
  readonly name?: string | undefined;
  /** Digits, where it is known. */
  readonly number?: string | undefined;
  /** When the customer wrote last, in ms. */
  readonly wrote: number;
  /** The last of what was said, oldest first. */
  readonly said: readonly Said[];
}

/** How warm it was, by rules that can be read. */
export interface Warmth {
  readonly score: number;
  /** Why, for people. */
  readonly reason: string;
}

interface Signal {
  readonly weight: number;
  readonly says: string;
  readonly pattern: RegExp;
}

/** Over words without accents, in small letters. */
const SIGNALS: readonly Signal[] = [
  {
    weight: 5,
    says: "quis comprar ou marcar",
    pattern:
      /\b(comprar|compro|encomend\w+|pedido|reserv\w+|agendar|marcar|fechar|pagar|pagamento|pix|cartao|boleto|buy|order|book|pay)\b/,
  },
  {
    weight: 4,
    says: "perguntou o preço",
    pattern:
      /\b(precos?|valor(es)?|quanto (custa|fica|sai|e|esta)|orcamento|desconto|price|how much|cost|quote|precio|cuanto)\b/,
  },
  {
    weight: 3,
    says: "perguntou se há disponível",
    pattern:
      /\b(disponive(l|is)|disponibilidade|estoque|vagas?|horarios?|agenda|tem (?:de )?\w+ (?:ainda|hoje)|available|in stock|disponible)\b/,
  },
  {
    weight: 2,
    says: "perguntou da entrega",
    pattern: /\b(entrega\w*|frete|envi(o|a|am)|retirar|delivery|shipping)\b/,
  },
];

/** The customer said that it is over. */
const CLOSED =
  /\b(nao (quero|tenho interesse|preciso|precisa)|desisti|deixa pra la|ja (comprei|resolvi|consegui)|not interested|no thanks)\b/;

const QUESTION_WEIGHT = 1;
const TALKS_WEIGHT = 1;
const TALKS_FROM = 3;
/** What a day costs: warmth goes. */
const PER_DAY = 0.3;
const DAY_MS = 24 * 3_600_000;

/** @returns undefined for one that shows no interest, or that the customer has closed */
export function warmthOf({ said, wrote }: QuietConversation, now: number): Warmth | undefined {
  const theirs = said.filter(({ role }) => role === "customer").map(({ text }) => plain(text));
  const last = theirs.at(-1);
  if (last === undefined || CLOSED.test(last)) return undefined;
  const found = SIGNALS.filter(({ pattern }) => theirs.some((text) => pattern.test(text)));
  const questions = theirs.filter((text) => text.includes("?")).length;
  if (found.length === 0 && questions === 0) return undefined;
  const signals = found.reduce((sum, { weight }) => sum + weight, 0);
  const days = (now - wrote) / DAY_MS;
  const score =
    signals +
    QUESTION_WEIGHT * Math.min(questions, 2) +
    (theirs.length >= TALKS_FROM ? TALKS_WEIGHT : 0) -
    PER_DAY * days;
  const why = found.length === 0 ? "deixou uma pergunta" : listed(found.map(({ says }) => says));
  return { score, reason: `${why}; ${counted(theirs.length)}, a última ${ago(days)}` };
}

/** Without accents, in small letters. */
function plain(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} e ${words.at(-1)}`;
}

function counted(messages: number): string {
  return messages === 1 ? "1 mensagem" : `${messages} mensagens`;
}

function ago(days: number): string {
  const whole = Math.max(1, Math.floor(days));
  return whole === 1 ? "há 1 dia" : `há ${whole} dias`;
}
