import { expect, describe, test } from "vitest";
import {
  api,
  modelAt,
  never,
  questionOf,
  replies,
  says,
  useApis,
  type Api,
  type Handling,
} from "../adapters/openai/api-fixture.ts";
import { AttemptFailed, NoAnswer, type Question } from "../conversation/completions.ts";
import { conversationKeys } from "../conversation/keys.ts";
import { useRecord, type Chat, type Deployment } from "../conversation/record-fixture.ts";
import { organizationSettings } from "../sessions/organization.ts";
import { aurora } from "./aurora.ts";
import { BusinessData } from "./business-data.ts";

useApis();
const deployment = useRecord();
const settings = organizationSettings.parse({
  name: "Padaria",
  timeZone: "UTC",
  team: [{ number: "5511900000001", name: "Bia" }],
});

/** The model calls these tools at once, with these arguments (as it writes them). */
const calls = (...wanted: [name: string, args: string][]): Handling =>
  replies(
    {
      content: null,
      tool_calls: wanted.map(([name, args], index) => ({
        id: `call-${index}`,
        type: "function",
        function: { name, arguments: args },
      })),
    },
    "tool_calls",
    { prompt_tokens: 100, completion_tokens: 5 },
  );

function ask(server: Api, { redis, keys, sealing }: Deployment, changed: Partial<Question> = {}) {
  const data = (organization: string, team: readonly string[]) =>
    new BusinessData({ redis, prefix: keys.prefix, sealing }, organization, team);
  const { answer } = aurora({ chat: modelAt(server), maxTokens: 500, data });
  const conversation = { organization: "acme", chat: "99@lid" };
  return answer(questionOf(["como foi hoje?"], { conversation, settings, ...changed }), never);
}

/** What the tools returned in the last request. */
function results({ bodies }: Api): Record<string, unknown>[] {
  const { messages } = bodies.at(-1)!;
  return messages
    .filter(({ role }) => role === "tool")
    .map(({ content }) => JSON.parse(content) as Record<string, unknown>);
}

/** What one call of a tool returns. */
async function looked(place: Deployment, name: string, args: object = {}): Promise<Record<string, unknown>> {
  const server = await api(calls([name, JSON.stringify(args)]), says("pronto"));
  expect(await ask(server, place)).toMatchObject({ texts: ["pronto"] });
  return results(server)[0]!;
}

/** A customer with a name and a number, who wrote this. */
async function wrote(chat: Chat, text: string, name = "Ana", number = "5511987654321"): Promise<void> {
  await chat.receive({
    kind: "customer",
    id: text,
    sender: chat.conversation.chat,
    at: Date.now(),
    text,
    name,
    number,
  });
}

async function shop(): Promise<{ place: Deployment; ana: Chat; rui: Chat; other: Chat }> {
  const place = deployment();
  const ana = await place.chat("acme", "1@lid");
  await wrote(ana, "tem pão?");
  await ana.commit(await ana.think(), "temos!");
  await ana.drain();
  const rui = await place.chat("acme", "2@lid");
  await wrote(rui, "quero 300 pães", "Rui", "5521912345678");
  const other = await place.chat("other", "3@lid");
  await wrote(other, "segredo da outra", "Zoe", "5531955555555");
  return { place, ana, rui, other };
}

describe("what the team may look up", () => {
  test("today's numbers, beside yesterday's", async () => {
    const { place } = await shop();
    expect(await looked(place, "todays_numbers")).toMatchObject({
      today: { received: 2, newContacts: 2, answered: 1, aiCostUsd: 0 },
      yesterday: { nothing: "nothing happened" },
      budgetUsdPerDay: "none",
    });
  });

  test("says that a cost is not known, and not that it is nothing", async () => {
    const { place } = await shop();
    const usage = { model: "m", calls: 1, promptTokens: 9, completionTokens: 1, microUsd: 0, unpriced: 1 };
    await place.record.spent("acme", usage);
    expect(await looked(place, "todays_numbers")).toMatchObject({
      today: { aiCalls: 1, promptTokens: 9, aiCostUsd: "not known: a price is missing" },
    });
  });

  test("who wrote last, with name, number and state", async () => {
    const { place } = await shop();
    expect(await looked(place, "list_conversations")).toMatchObject({
      conversations: [
        {
          chat: "2@lid",
          name: "Rui",
          number: "+55 21 91234 5678",
          state: "waits for an answer",
          unanswered: 1,
        },
        { chat: "1@lid", name: "Ana", state: "answered", last: { from: "Cliente AI", text: "temos!" } },
      ],
    });
  });

  test("one conversation, in order", async () => {
    const { place } = await shop();
    expect(await looked(place, "read_conversation", { chat: "1@lid" })).toMatchObject({
      name: "Ana",
      said: [
        { from: "customer", text: "tem pão?" },
        { from: "Cliente AI", text: "temos!" },
      ],
    });
  });

  test("who waits for the team", async () => {
    const { place, ana, rui } = await shop();
    await ana.record.handOver(ana.conversation, { forMs: 60_000, reason: "x", reply: "já vem alguém" });
    await ana.refuse((await ana.part()).id);
    await rui.fail(await rui.think(), { maxAttempts: 1 });
    await rui.drain();
    expect(await looked(place, "pending_work")).toMatchObject({
      waitingForAnswer: { count: 0 },
      couldNotBeAnswered: { count: 1, first: [{ name: "Rui" }] },
      leftToTheTeam: {
        count: 1,
        first: [{ name: "Ana", state: expect.stringContaining("waits for one of the team") }],
      },
      notDelivered: { count: 1, reasons: ["463"] },
    });
  });

  test("all that can be read, though the key of one message is gone", async () => {
    const { place, rui } = await shop();
    const list = conversationKeys(place.keys.prefix, rui.conversation).inbound;
    const message = JSON.parse((await place.redis.lindex(list, -1))!) as { body: string };
    const sealed = message.body.replace(/^[^:.]+/, "gone");
    expect(sealed).not.toBe(message.body);
    await place.redis.lset(list, -1, JSON.stringify({ ...message, body: sealed }));
    expect(await looked(place, "list_conversations")).toMatchObject({
      conversations: [{ chat: "2@lid", last: { text: "[mensagem que não pode ser lida]" } }, { name: "Ana" }],
    });
  });

  test("a refusal of weeks ago is nobody's work any more", async () => {
    const { place, ana } = await shop();
    await ana.record.handOver(ana.conversation, { forMs: 60_000, reason: "x", reply: "já vem alguém" });
    await ana.refuse((await ana.part()).id);
    const { failed } = conversationKeys(place.keys.prefix, ana.conversation);
    const part = JSON.parse((await place.redis.lindex(failed, -1))!) as { at: number };
    await place.redis.lset(failed, -1, JSON.stringify({ ...part, at: part.at - 8 * 24 * 3_600_000 }));
    expect(await looked(place, "pending_work")).toMatchObject({ notDelivered: { count: 0 } });
  });

  test.each([
    ["a part of a name, without its accents", "RUI"],
    ["the end of a number", "1234-5678"],
  ])("a contact by %s", async (_how, query) => {
    const { place } = await shop();
    expect(await looked(place, "find_contact", { query })).toMatchObject({
      count: 1,
      contacts: [{ chat: "2@lid" }],
    });
  });

  test("not one of their own, who was a customer once", async () => {
    const { place } = await shop();
    const bia = await place.chat("acme", "9@lid");
    await wrote(bia, "oi", "Bia", "5511900000001");
    expect(JSON.stringify(await looked(place, "list_conversations"))).not.toContain("Bia");
  });

  test("a long message is cut, and so is a long list", async () => {
    const { place, ana } = await shop();
    for (let index = 0; index < 40; index++) await wrote(ana, `${index} ${"x".repeat(2_000)}`);
    const read = await looked(place, "read_conversation", { chat: "1@lid", limit: 30 });
    expect(read["said"]).toHaveLength(30);
    expect(JSON.stringify(read).length).toBeLessThan(14_000);
  });
});

describe("another organization is out of reach", () => {
  const hostile = [
    "3@lid",
    "other:3@lid",
    "../other:3@lid",
    "1@lid:history",
    "{test}:conversation:other:3@lid",
    "*",
    "99@lid",
    "__proto__",
  ];

  test.each(hostile)("read_conversation of %j finds nothing", async (chat) => {
    const { place } = await shop();
    expect(await looked(place, "read_conversation", { chat })).toEqual({
      error: "there is no such conversation",
    });
  });

  test.each([
    ["list_conversations", {}],
    ["pending_work", {}],
    ["find_contact", { query: "segredo" }],
    ["find_contact", { query: "Zoe" }],
    ["find_contact", { query: "955555555" }],
  ])("%s %j shows nothing of it", async (name, args) => {
    const { place, other } = await shop();
    await other.record.handOver(other.conversation, { forMs: 60_000, reason: "x" });
    expect(JSON.stringify(await looked(place, name, args))).not.toMatch(/Zoe|3@lid|outra/);
  });

  test.each([
    ["list_conversations", { organization: "other" }],
    ["read_conversation", { chat: "3@lid", organization: "other" }],
    ["todays_numbers", { organization: "other", day: "2020-01-01" }],
  ])("%s takes no %j", async (name, args) => {
    const { place } = await shop();
    const result = await looked(place, name, args);
    expect(Object.keys(result)).toEqual(["mistake"]);
  });

  test("an organization whose id ends like another's begins is another one", async () => {
    const { place } = await shop();
    const near = await place.chat("acme-2", "4@lid");
    await wrote(near, "vizinha", "Vera", "5531944444444");
    expect(JSON.stringify(await looked(place, "list_conversations"))).not.toContain("Vera");
  });
});

describe("a model that calls its tools", () => {
  test.each([
    ["with arguments that are not JSON", "list_conversations", '{"limit": 5', "the arguments are not JSON"],
    ["with arguments that it does not have", "list_conversations", '{"limit": -1}', /^limit: /],
    ["with arguments that are no object", "list_conversations", "[1]", /^arguments: /],
    ["by a name that there is not", "delete_everything", "{}", /^no such tool: there are list_conversations/],
    ["by a name that every object has", "constructor", "{}", /^no such tool/],
  ])("%s is told so once, and may answer then", async (_how, name, args, mistake) => {
    const { place } = await shop();
    const server = await api(calls([name, args]), says("entendi"));
    expect(await ask(server, place)).toMatchObject({ texts: ["entendi"] });
    const [result] = results(server);
    expect(result?.["mistake"]).toMatch(mistake);
  });

  test("wrongly a second time has failed at this attempt, and what it cost is told", async () => {
    const { place } = await shop();
    const server = await api(calls(["nothing", "{}"]), calls(["nothing", "{}"]), says("too late"));
    await expect(ask(server, place)).rejects.toMatchObject({
      name: "NoAnswer",
      message: "the AI called its tools wrongly, twice",
      usage: { calls: 2, promptTokens: 200 },
    });
    expect(server.bodies).toHaveLength(2);
  });

  test("again and again has to answer in the end", async () => {
    const { place } = await shop();
    const again = calls(["todays_numbers", "{}"]);
    const server = await api(again, again, again, again, says("está bem"));
    expect(await ask(server, place)).toMatchObject({ texts: ["está bem"], usage: { calls: 5 } });
    expect(server.bodies.map(({ tool_choice: choice }) => choice)).toEqual([
      ...Array<undefined>(4).fill(undefined),
      "none",
    ]);
  });

  test("even then has failed at this attempt", async () => {
    const { place } = await shop();
    const server = await api(calls(["todays_numbers", "{}"]));
    await expect(ask(server, place)).rejects.toThrow(NoAnswer);
    expect(server.bodies).toHaveLength(5);
  });

  test("a thousand times at once has eight of them done, and no more after that", async () => {
    const { place } = await shop();
    const many = calls(...Array.from({ length: 1_000 }, (): [string, string] => ["todays_numbers", "{}"]));
    const server = await api(many, many);
    await expect(ask(server, place)).rejects.toThrow("more than 8 times");
    expect(results(server)).toHaveLength(8);
  });

  test("with arguments that the API has read already is understood", async () => {
    const { place } = await shop();
    const server = await api(calls(["read_conversation", { chat: "1@lid" } as never]), says("ok"));
    expect(await ask(server, place)).toMatchObject({ texts: ["ok"] });
    expect(results(server)).toMatchObject([{ name: "Ana" }]);
  });

  test("in a shape that is none has failed, or is told so", async () => {
    const { place } = await shop();
    const server = await api(
      replies({ content: null, tool_calls: [null, {}, { type: "function" }] }),
      says("ok"),
    );
    expect(await ask(server, place)).toMatchObject({ texts: ["ok"] });
    expect(results(server)).toHaveLength(2);
  });
});

describe("where no colleague is to be called", () => {
  test("a refusal is told in a fixed sentence, with what it cost", async () => {
    const server = await api(replies({ content: null, refusal: "no" }));
    expect(await ask(server, deployment())).toMatchObject({
      texts: ["Não posso ajudar com isso."],
      usage: { calls: 1 },
    });
  });

  test("so is a budget that is spent, and nothing is called", async () => {
    const server = await api(says("too expensive"));
    const budget = organizationSettings.parse({ name: "Padaria", aiBudgetUsdPerDay: 1 });
    const answer = await ask(server, deployment(), { settings: budget, spentMicroUsd: 1_000_000 });
    expect(answer.texts).toEqual([expect.stringContaining("orçamento de IA de hoje acabou")]);
    expect(answer.usage).toBeUndefined();
    expect(server.bodies).toHaveLength(0);
  });

  test("an API that is down is a failed attempt like any other", async () => {
    const server = await api((_request, response) => void response.writeHead(500).end("{}"));
    await expect(ask(server, deployment())).rejects.toThrow(AttemptFailed);
  });
});
