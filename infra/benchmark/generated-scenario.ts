import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { RecordedMessage, Scenario } from "./scenario.ts";

/** What a scenario is made of. */
export interface ScenarioWish {
  readonly messages: number;
  readonly seconds: number;
  readonly conversations: number;
  readonly organizations: number;
  /** Chooses everything: the same one makes the same scenario. */
  readonly seed: number;
}

/** Gap that half of a customer's further messages keep, in ms: they write on before they are answered. */
const WRITE_ON_MS = 1_500;
/** Of 100 messages, those that such a further one follows. */
const WRITE_ON_PERCENT = 20;
/** Of the time, in the middle, in which messages come three times as often: a rush. */
const RUSH = { from: 0.4, to: 0.6, times: 3 } as const;
/** What the AI takes: half of the answers this, and 95 of 100 no more than the other, in ms. 2 to 5 s in the analysis. */
const AI_MS = { median: 2_500, p95: 5_000 } as const;
const P95_OF_NORMAL = 1.645;

const TEXTS = [
  "Oi! Vocês abrem no domingo?",
  "Quanto custa o bolo de cenoura?",
  "Fazem entrega em Pinheiros?",
  "Tem opção sem lactose?",
  "Posso pagar com Pix?",
  "Meu pedido já saiu?",
  "Vocês trocam se não servir?",
  "Preciso de 30 salgados para amanhã",
  "Qual o horário de vocês hoje?",
  "Consegue me mandar o cardápio?",
] as const;

/**
 * Messages that come at random, more of them in a rush; some customers write on before they are answered. Times of the
 * AI are log-normal.
 */
export function generatedScenario(wish: ScenarioWish): Scenario {
  const generator = xoroshiro128plus(wish.seed);
  const random = (): number => uniformFloat64(generator);
  const messages: RecordedMessage[] = [];
  while (messages.length < wish.messages) {
    const conversation = Math.floor(random() * wish.conversations);
    const atMs = momentIn(random) * wish.seconds * 1_000;
    messages.push(messageAt(atMs, conversation, random));
    if (messages.length < wish.messages && random() * 100 < WRITE_ON_PERCENT) {
      const later = atMs + WRITE_ON_MS * (0.5 + random());
      messages.push(messageAt(Math.min(later, wish.seconds * 1_000), conversation, random));
    }
  }
  return {
    about: `generated: ${Object.entries(wish)
      .map(([name, value]) => `${name} ${value}`)
      .join(", ")}`,
    organizations: wish.organizations,
    messages: messages.toSorted((one, other) => one.atMs - other.atMs),
  };
}

function messageAt(atMs: number, conversation: number, random: () => number): RecordedMessage {
  const text = TEXTS[Math.floor(random() * TEXTS.length)] ?? TEXTS[0];
  return { atMs: Math.round(atMs), conversation, aiMs: Math.round(aiMs(random)), text };
}

/** From 0 to 1: uniform, but for the rush. */
function momentIn(random: () => number): number {
  const { from, to, times } = RUSH;
  const weights = [from, (to - from) * times, 1 - to];
  const whole = weights.reduce((total, each) => total + each, 0);
  let at = random() * whole;
  if (at < weights[0]!) return at;
  at -= weights[0]!;
  if (at < weights[1]!) return from + at / times;
  return to + (at - weights[1]!);
}

function aiMs(random: () => number): number {
  const sigma = Math.log(AI_MS.p95 / AI_MS.median) / P95_OF_NORMAL;
  // Box and Muller; 1 - random, because there is no logarithm of 0.
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return AI_MS.median * Math.exp(sigma * normal);
}
