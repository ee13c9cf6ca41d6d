import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Said } from "../../conversation/types.ts";
import { dailyPorts, OWNER, running } from "../daily-fixture.ts";
import { handleOpportunities, type Opportunities } from "./handler.ts";
import { factsOf, readRanking } from "./ranking.ts";
import { warmthOf, type QuietConversation } from "./signals.ts";

const DAY = 24 * 3_600_000;
const NOW = Date.UTC(2026, 10, 25, 12);
const job = { v: 1, organization: "ana", day: "2026-11-25" };

/** A conversation of these customer's messages, each answered. */
function quiet(
  name: string,
  texts: readonly string[],
  changed: Partial<QuietConversation> = {},
): QuietConversation {
  const wrote = NOW - 2 * DAY;
  const said = texts.flatMap((text): Said[] => [
    { role: "customer", at: wrote, text },
    { role: "assistant", at: wrote + 1_000, text: "Claro!" },
  ]);
  return { chat: `${name}@lid`, name, number: "5511987654321", wrote, said, ...changed };
}

function opportunityPorts(conversations: readonly QuietConversation[]) {
  const daily = dailyPorts();
  const kept: Opportunities[] = [];
  const ports = {
    ...daily.ports,
    now: async () => NOW,
    quiet: async () => conversations,
    keep: (_organization: string, _settings: unknown, opportunities: Opportunities) => {
      kept.push(opportunities);
      return { key: "k", value: "sealed", forMs: DAY };
    },
  };
  return { ...daily, ports, kept };
}

const CAKE = quiet("Caio", ["Oi", "Quanto custa o bolo de 2 kg?"]);
const BOOKING = quiet("Bia", ["Quero marcar um horário", "Tem vaga sábado?"], { number: undefined });
const THANKS = quiet("Davi", ["Obrigado!"]);

describe("what is told", () => {
  test("the AI's choice in its order, with its reasons, to the owners, and it is kept", async () => {
    const { ports, state, outcomes, kept } = opportunityPorts([CAKE, BOOKING, THANKS]);
    state.answer = "1: quer marcar para sábado\n2: perguntou o preço do bolo";
    await handleOpportunities(job, ports, running);
    const [notice] = outcomes[0]!.notices;
    expect(notice).toMatchObject({ to: { number: OWNER.number }, id: "opportunities-2026-11-25" });
    expect(notice!.text).toBe(
      [
        "*Conversas para retomar* (2)",
        "",
        "1. Bia: quer marcar para sábado",
        "2. Caio, +55 11 98765 4321: perguntou o preço do bolo",
      ].join("\n"),
    );
    expect(kept[0]).toMatchObject({
      day: "2026-11-25",
      by: "ai",
      list: [{ chat: "Bia@lid" }, { chat: "Caio@lid" }],
    });
    expect(outcomes[0]!.keep).toBeDefined();
  });

  test("without the AI the warmest by rule, each with its reason, and it says so", async () => {
    const { ports, state, outcomes, kept, warned } = opportunityPorts([THANKS, CAKE, BOOKING]);
    state.answer = new Error("the AI is away");
    await handleOpportunities(job, ports, running);
    const { text } = outcomes[0]!.notices[0]!;
    expect(text).toContain(
      "1. Bia: quis comprar ou marcar e perguntou se há disponível; 2 mensagens, a última há 2 dias",
    );
    expect(text).toContain("perguntou o preço; 2 mensagens, a última há 2 dias");
    expect(text).toContain("por regra");
    expect(kept[0]!.by).toBe("rule");
    expect(warned[0]).toContain("the AI is away");
  });

  test("no more than ten, chosen from no more than thirty", async () => {
    const many = Array.from({ length: 50 }, (_, index) => quiet(`c${index}`, ["qual o preço?"]));
    const { ports, state, kept, write } = opportunityPorts(many);
    state.answer = Array.from({ length: 30 }, (_, index) => `${index + 1}: vale a pena`).join("\n");
    await handleOpportunities(job, ports, running);
    expect(kept[0]!.list).toHaveLength(10);
    const [task] = write.mock.calls[0] as unknown as [{ facts: string }];
    expect(task.facts.match(/^\[\d+\]$/gm)).toHaveLength(30);
  });

  test("nothing is not told, costs no AI, and is done", async () => {
    const { ports, outcomes, write } = opportunityPorts([THANKS]);
    await handleOpportunities(job, ports, running);
    expect(outcomes).toMatchObject([{ notices: [], day: "2026-11-25" }]);
    expect(write).not.toHaveBeenCalled();
  });

  test("one's own people are no opportunity", async () => {
    const { ports, outcomes } = opportunityPorts([quiet("Ana", ["qual o preço?"], { number: OWNER.number })]);
    await handleOpportunities(job, ports, running);
    expect(outcomes[0]!.notices).toEqual([]);
  });

  test("a drain leaves the whole to another process", async () => {
    const { ports, outcomes } = opportunityPorts([CAKE]);
    const stop = new AbortController();
    const write = async (): Promise<string> => {
      stop.abort();
      throw new Error("aborted");
    };
    await expect(handleOpportunities(job, { ...ports, write }, stop.signal)).rejects.toThrow("aborted");
    expect(outcomes).toEqual([]);
  });
});

describe("warmth", () => {
  const warmth = (...texts: string[]) => warmthOf(quiet("x", texts), NOW);

  test.each<[text: string, reason: string | undefined]>([
    ["Qual o PREÇO?", "perguntou o preço"],
    ["quanto fica pra 3 pessoas", "perguntou o preço"],
    ["me passa um orçamento", "perguntou o preço"],
    ["how much is it", "perguntou o preço"],
    ["tem horários amanhã?", "perguntou se há disponível"],
    ["posso pagar no pix", "quis comprar ou marcar"],
    ["entregam aqui? qual o frete", "perguntou da entrega"],
    ["vocês abrem domingo?", "deixou uma pergunta"],
    ["bom dia", undefined],
    ["apreço muito vocês", undefined],
    ["qual o preço? ah, deixa pra lá", undefined],
    ["já comprei, obrigada", undefined],
  ])("%j: %s", (text, reason) => {
    expect(warmth(text)?.reason.split(";")[0]).toBe(reason);
  });

  test("who closed it is let be, whatever was said before", () => {
    expect(warmth("qual o preço?", "não quero mais, obrigado")).toBeUndefined();
  });

  test("it goes with the days", () => {
    const of = (days: number) => warmthOf({ ...CAKE, wrote: NOW - days * DAY }, NOW)!.score;
    expect(of(1)).toBeGreaterThan(of(7));
  });
});

describe("what an AI makes of them", () => {
  test("reads nothing but what was said, and little of it", () => {
    const long = quiet(
      "Nome Secreto",
      Array.from({ length: 20 }, () => "palavra ".repeat(100)),
    );
    const facts = factsOf([long]);
    expect(facts).not.toMatch(/Nome Secreto|5511987654321/);
    expect(facts.length).toBeLessThan(6 * 250);
  });

  test.each<[what: string, answer: string, expected: [number, string][]]>([
    [
      "in any numbering",
      "1) um\n[2]: dois\n- 3. três",
      [
        [0, "um"],
        [1, "dois"],
        [2, "três"],
      ],
    ],
    ["with talk around it", "Aqui estão:\n2: dois\nEspero ter ajudado!", [[1, "dois"]]],
    ["that repeats one", "1: um\n1: outro", [[0, "um"]]],
    ["that names others", "4: quatro\n0: zero\n1: um", [[0, "um"]]],
    ["with a link and formatting", "1: *veja* https://mau.example/x agora", [[0, "veja [link] agora"]]],
  ])("an answer %s", (_what, answer, expected) => {
    expect(readRanking(answer, 3, 10).map(({ index, reason }) => [index, reason])).toEqual(expected);
  });

  test("an answer that names none is none", () => {
    expect(() => readRanking("Não sei.", 3, 10)).toThrow("named none");
  });

  test("whatever it says, there are no more than asked for, each once and among those there are, in one short line", () => {
    const line = fc.oneof(
      fc.string({ maxLength: 300 }),
      fc
        .tuple(fc.integer({ min: -2, max: 12 }), fc.string({ unit: "binary", maxLength: 300 }))
        .map(([n, text]) => `${n}: ${text}`),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 30 }), fc.integer({ min: 0, max: 10 }), (lines, count) => {
        let ranked;
        try {
          ranked = readRanking(lines.join("\n"), count, 5);
        } catch {
          return;
        }
        expect(ranked.length).toBeLessThanOrEqual(5);
        expect(new Set(ranked.map(({ index }) => index)).size).toBe(ranked.length);
        for (const { index, reason } of ranked) {
          expect(index).toBeGreaterThanOrEqual(0);
          expect(index).toBeLessThan(count);
          expect([...reason].length).toBeLessThanOrEqual(160);
          expect(reason).not.toMatch(/[\n*_~`]/);
        }
      }),
    );
  });
});
