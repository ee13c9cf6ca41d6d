import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { countsOfDay, type DayCounts } from "../../conversation/day-counts.ts";
import { dailyPorts, EMPLOYEE, OWNER, running, settingsWith } from "../daily-fixture.ts";
import { handleDailySummary } from "./handler.ts";
import { checkedWords, numbersOf } from "./text.ts";

const job = { v: 1, organization: "ana", day: "2026-11-25" };

const TODAY = countsOfDay("2026-11-25", {
  received: "1234",
  new: "5",
  answered: "40",
  unanswered: "1",
  handed: "2",
  campaign: "30",
  aiCalls: "42",
  aiMicroUsd: "421000",
  "reply:3000": "30",
  "reply:10000": "10",
});
const YESTERDAY = countsOfDay("2026-11-24", { received: "38", answered: "37" });

function summaryPorts(settings?: Parameters<typeof dailyPorts>[0]) {
  const daily = dailyPorts(settings);
  const asked: string[][] = [];
  const stored: { days: Record<string, DayCounts | undefined>; withPeople: number } = {
    days: { "2026-11-25": TODAY, "2026-11-24": YESTERDAY },
    withPeople: 3,
  };
  const ports = {
    ...daily.ports,
    days: async (_organization: string, days: readonly string[]) => {
      asked.push([...days]);
      return days.map((day) => stored.days[day]);
    },
    withPeople: async () => stored.withPeople,
  };
  return { ...daily, ports, asked, stored };
}

describe("what is told", () => {
  test("the numbers of the day, compared, below the AI's words, to the owners", async () => {
    const { ports, state, outcomes, asked, write } = summaryPorts();
    state.answer = "Um dia movimentado.";
    await handleDailySummary(job, ports, running);
    expect(asked).toEqual([["2026-11-25", "2026-11-24", "2026-11-18"]]);
    expect(outcomes).toHaveLength(1);
    expect(outcomes[0]).toMatchObject({ job: "aurora-daily-summary", day: "2026-11-25" });
    expect(outcomes[0]!.notices.map(({ to, id }) => `${to.number} ${id}`)).toEqual([
      `${OWNER.number} summary-2026-11-25`,
    ]);
    expect(outcomes[0]!.notices[0]!.text).toBe(
      [
        "*Resumo de quarta-feira, 25/11* – Loja da Ana",
        "",
        "Um dia movimentado.",
        "",
        "Mensagens recebidas: 1.234 (ontem 38)",
        "Clientes novos: 5 (ontem 0)",
        "Respostas: 40 (ontem 37)",
        "Tempo de resposta: metade em até 3 s, 95% em até 10 s",
        "Sem resposta: 1",
        "Passadas para a equipe: 2",
        "Esperando a equipe agora: 3",
        "Mensagens de campanhas: 30",
        "Custo da IA: US$ 0,42",
      ].join("\n"),
    );
    expect(write).toHaveBeenCalledOnce();
  });

  test("a team without an owner is told as a whole, and without a team nobody is asked or told", async () => {
    const team = summaryPorts(settingsWith([EMPLOYEE, { ...EMPLOYEE, number: "5511933333333" }]));
    await handleDailySummary(job, team.ports, running);
    expect(team.outcomes[0]!.notices).toHaveLength(2);
    const nobody = summaryPorts(settingsWith([]));
    await handleDailySummary(job, nobody.ports, running);
    expect([nobody.outcomes, nobody.asked, nobody.write.mock.calls]).toEqual([[], [], []]);
  });

  test("a day on which nothing happened is told as that", async () => {
    const { ports, stored, outcomes } = summaryPorts();
    Object.assign(stored, { days: {}, withPeople: 0 });
    await handleDailySummary(job, ports, running);
    expect(outcomes[0]!.notices[0]!.text).toContain(
      "Mensagens recebidas: 0\nClientes novos: 0\nRespostas: 0\nCusto da IA: US$ 0,00",
    );
  });

  test("a cost that is not known is not told as none", () => {
    const unpriced = countsOfDay("2026-11-25", { aiCalls: "3", aiUnpriced: "3" });
    const little = countsOfDay("2026-11-25", { aiCalls: "3", aiMicroUsd: "400" });
    const text = (today: DayCounts | undefined) =>
      numbersOf({ today, yesterday: undefined, lastWeek: undefined, withPeople: 0 });
    expect(text(unpriced)).toContain("Custo da IA: desconhecido");
    expect(text(little)).toContain("Custo da IA: menos de US$ 0,01");
  });
});

describe("the AI", () => {
  test.each<[what: string, answer: string | Error, why: RegExp]>([
    ["is down", new Error("the AI is away"), /the AI is away/],
    ["writes nothing", "  ", /wrote nothing/],
    ["makes up a number", "Foram 77 vendas.", /wrote 1 numbers/],
    ["makes up a part", "Um aumento de 12,5%.", /wrote 1 numbers/],
    ["goes on for ever", "muito ".repeat(200), /characters/],
    ["writes a link", "Veja www.exemplo.com", /link/],
  ])("that %s: the numbers are told all the same", async (_what, answer, why) => {
    const { ports, state, outcomes, warned } = summaryPorts();
    state.answer = answer;
    await handleDailySummary(job, ports, running);
    expect(outcomes[0]!.notices[0]!.text).toMatch(/Loja da Ana\n\nMensagens recebidas/);
    expect(warned).toHaveLength(1);
    expect(warned[0]).toMatch(why);
  });

  test("may name numbers that stand in the data", async () => {
    const { ports, state, outcomes } = summaryPorts();
    state.answer = "Das 1.234 mensagens, 40 tiveram resposta, metade em 3 s.";
    await handleDailySummary(job, ports, running);
    expect(outcomes[0]!.notices[0]!.text).toContain(state.answer);
  });

  test("whatever it writes, no number that is not in the data gets through", () => {
    const numbers = "Mensagens recebidas: 1.234 (ontem 38)\nCusto da IA: US$ 0,42";
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string(), fc.integer({ min: 0, max: 9_999 }).map(String))),
        (pieces) => {
          let words: string;
          try {
            words = checkedWords(pieces.join(" "), numbers);
          } catch {
            return;
          }
          for (const number of words.match(/\d+(?:[.,]\d+)*/g) ?? [])
            expect(["1.234", "38", "0,42"]).toContain(number);
        },
      ),
    );
  });

  test("that is cut off by a drain leaves the whole to another process", async () => {
    const { ports, outcomes } = summaryPorts();
    const stop = new AbortController();
    const write = async (): Promise<string> => {
      stop.abort();
      throw new Error("aborted");
    };
    await expect(handleDailySummary(job, { ...ports, write }, stop.signal)).rejects.toThrow("aborted");
    expect(outcomes).toEqual([]);
  });
});

describe("once", () => {
  test("what was done for this day or a later one is not done again, and costs no AI", async () => {
    for (const done of ["2026-11-25", "2026-11-26"]) {
      const { ports, state, outcomes, write } = summaryPorts();
      state.done = done;
      await handleDailySummary(job, ports, running);
      expect([outcomes, write.mock.calls]).toEqual([[], []]);
    }
  });

  test("an organization that is gone is let be", async () => {
    const { ports, state, outcomes } = summaryPorts();
    state.settings = undefined;
    await handleDailySummary(job, ports, running);
    expect(outcomes).toEqual([]);
  });

  test("the time of a zone begins a job for each of its organizations", async () => {
    const { ports, begin, outcomes } = summaryPorts();
    await handleDailySummary({ v: 1, timeZone: "Asia/Kathmandu" }, ports, running);
    expect(begin).toHaveBeenCalledExactlyOnceWith("Asia/Kathmandu");
    expect(outcomes).toEqual([]);
  });

  test.each<[what: string, data: unknown, reason: RegExp]>([
    [
      "of a newer process",
      { v: 2, organization: "ana", day: "2026-11-25" },
      /expected version 1 or older, got 2/,
    ],
    ["with a text", { v: 1, organization: "ana", day: "2026-11-25", text: "oi" }, /malformed/],
    ["of no day", { v: 1, organization: "ana", day: "today" }, /malformed/],
    ["for a name that would break a key", { v: 1, organization: "a b", day: "2026-11-25" }, /malformed/],
  ])("a job %s is refused", async (_what, data, reason) => {
    await expect(handleDailySummary(data, summaryPorts().ports, running)).rejects.toThrow(reason);
  });
});
