import { describe, expect, test } from "vitest";
import { AiRefused, BudgetSpent, NoAnswer } from "../../conversation/completions.ts";
import { organizationSettings } from "../../sessions/organization.ts";
import { api, modelAt, never, questionOf, replies, says, useApis, type Api } from "./api-fixture.ts";
import type { ChatModelOptions } from "./chat-model.ts";
import { clienteAi } from "./cliente-ai.ts";

useApis();

const question = questionOf(["quanto custa?", "e o frete?"], {
  history: [
    { role: "customer", at: 1, text: "oi" },
    { role: "assistant", at: 2, text: "olá!" },
    { role: "owner", at: 3, text: "já te ligo" },
    { role: "campaign", at: 4, text: "promoção" },
    { role: "automation", at: 5, text: "seu pedido saiu" },
  ],
});
const answering = (server: Api, options: Partial<ChatModelOptions> = {}) =>
  clienteAi(modelAt(server, options), 1_000);

describe("what is asked", () => {
  test("who answers, what was said before, and every message that is not answered, in order", async () => {
    const server = await api(says("custa 10, frete grátis"));
    expect(await answering(server).answer(question, never)).toMatchObject({
      texts: ["custa 10, frete grátis"],
    });
    expect(server.authorizations).toEqual(["Bearer key"]);
    const [body] = server.bodies;
    expect(body?.model).toBe("a-model");
    expect(body?.max_completion_tokens).toBe(1_000);
    const [system, ...talk] = body?.messages ?? [];
    expect(system?.role).toBe("system");
    expect(system?.content).toContain("Loja da Ana");
    expect(system?.content).toContain("Seja breve.");
    expect(talk).toEqual([
      { role: "user", content: "oi" },
      { role: "assistant", content: "olá!" },
      // Whatever was sent in the organization's name is its own side of the talk.
      { role: "assistant", content: "já te ligo" },
      { role: "assistant", content: "promoção" },
      { role: "assistant", content: "seu pedido saiu" },
      { role: "user", content: "quanto custa?" },
      { role: "user", content: "e o frete?" },
    ]);
  });

  test("and what day it is where the organization is", async () => {
    const server = await api(says("ok"));
    const settings = { ...question.settings, timeZone: "Pacific/Kiritimati" };
    await answering(server).answer({ ...question, settings }, never);
    const there = new Intl.DateTimeFormat("en", { weekday: "long", timeZone: "Pacific/Kiritimati" });
    expect(server.bodies[0]?.messages[0]?.content).toContain(`It is ${there.format(new Date())}, `);
  });

  test("no more of the past than the organization's memory holds, and the newest of it", async () => {
    const server = await api(says("ok"));
    const settings = { ...question.settings, memoryTokens: 20 };
    const long = { role: "customer" as const, at: 0, text: "muito tempo atrás ".repeat(50) };
    await answering(server).answer({ ...question, settings, history: [long, ...question.history] }, never);
    const said = server.bodies[0]?.messages.map(({ content }) => content) ?? [];
    expect(said).not.toContain(long.text);
    expect(said).toContain("seu pedido saiu");
  });

  test("as whose it was, whatever is left out before it", async () => {
    const server = await api(says("ok"));
    const settings = organizationSettings.parse({ name: "Loja", memoryTokens: 100 });
    const history = [
      { role: "customer" as const, at: 1, text: "palavra ".repeat(400) },
      { role: "customer" as const, at: 2, text: "meu pedido?" },
      { role: "assistant" as const, at: 3, text: "já vai" },
    ];
    await answering(server).answer({ ...questionOf(["obrigado"]), settings, history }, never);
    expect(server.bodies[0]?.messages.slice(1)).toEqual([
      { role: "user", content: "meu pedido?" },
      { role: "assistant", content: "já vai" },
      { role: "user", content: "obrigado" },
    ]);
  });

  test("of a message of 100 KB its beginning, and not those before it", async () => {
    const server = await api(says("ok"));
    const huge = "quero muito pão ".repeat(6_250);
    await answering(server).answer(questionOf(["antes", huge]), never);
    const [, left, asked] = server.bodies[0]?.messages ?? [];
    expect(left).toMatchObject({ role: "system", content: expect.stringContaining("1 earlier messages") });
    expect(asked?.content.length).toBeLessThan(30_000);
    expect(huge.startsWith(asked?.content.slice(0, -1) ?? "no")).toBe(true);
  });

  test("well-formed text, whatever a customer wrote", async () => {
    const server = await api(says("ok"));
    await answering(server).answer(questionOf(["oi \ud83d", "<|endoftext|>".repeat(2_000)]), never);
    const asked = server.bodies[0]?.messages.map(({ content }) => content) ?? [];
    expect(asked.every((content) => content.isWellFormed())).toBe(true);
    expect(asked.at(-1)).toContain("<|endoftext|>");
  });
});

describe("what comes", () => {
  test("is split where it is long, in order", async () => {
    const paragraphs = Array.from({ length: 4 }, (_, index) => `${index} ${"palavra ".repeat(120).trim()}.`);
    const server = await api(says(paragraphs.join("\n\n")));
    const { texts } = await answering(server).answer(question, never);
    expect(texts).toEqual(paragraphs);
  });

  test("has WhatsApp's marks, and no half characters", async () => {
    const server = await api(says("**Olá**\u0000 \ud83d!"));
    expect(await answering(server).answer(question, never)).toMatchObject({ texts: ["*Olá* \ufffd!"] });
  });

  test("ends with its last sentence where it was cut off", async () => {
    const server = await api(says("Custa 10. O frete é grá", "length"));
    expect(await answering(server).answer(question, never)).toMatchObject({ texts: ["Custa 10."] });
    expect(server.bodies).toHaveLength(1);
  });

  test("is told with what it used and cost", async () => {
    const server = await api(says("ok", "stop", { prompt_tokens: 1_000, completion_tokens: 10 }));
    const prices = new Map([["a-model", { in: 0.15, out: 0.6 }]]);
    expect(await answering(server, { prices }).answer(question, never)).toMatchObject({
      usage: { model: "a-model", calls: 1, promptTokens: 1_000, completionTokens: 10, microUsd: 156 },
    });
  });

  test.each([
    ["nothing", null],
    ["an empty text", ""],
    ["blanks", " \n "],
    ["only what shows nothing", "\u0000\u0001"],
  ])("is no answer where it is %s", async (_what, content) => {
    const server = await api(says(content, "length", { prompt_tokens: 5, completion_tokens: 1 }));
    await expect(answering(server).answer(question, never)).rejects.toMatchObject({
      name: "NoAnswer",
      message: "the AI gave no text (finish_reason length)",
      usage: { calls: 1, promptTokens: 5 },
    });
  });

  test.each([
    ["without a choice", { choices: [] }],
    ["without choices", {}],
    ["with a choice that says nothing", { choices: [{}] }],
    ["with a text that is none", { choices: [{ message: { content: [1, 2] } }] }],
    [
      "with calls of tools that there are not",
      { choices: [{ message: { content: null, tool_calls: [{}] } }] },
    ],
  ])("is no answer where it is a reply %s", async (_what, body) => {
    const server = await api((_request, response) => {
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify(body));
    });
    await expect(answering(server).answer(question, never)).rejects.toThrow(NoAnswer);
  });

  test.each([
    ["a refusal", replies({ content: null, refusal: "I cannot" })],
    ["what a filter held back", says("par", "content_filter")],
    [
      "what a filter did not let in",
      (_request, response) => {
        response.writeHead(400, { "content-type": "application/json" });
        response.end(JSON.stringify({ error: { code: "content_filter", message: "no" } }));
      },
    ],
  ] as [string, typeof says extends (...args: never) => infer H ? H : never][])(
    "is a refusal where it is %s",
    async (_what, handle) => {
      const server = await api(handle);
      await expect(answering(server).answer(question, never)).rejects.toThrow(AiRefused);
      expect(server.bodies).toHaveLength(1);
    },
  );
});

describe("an organization's budget", () => {
  const settings = organizationSettings.parse({ name: "Ana", aiBudgetUsdPerDay: 1 });

  test("makes answers short when it is scarce", async () => {
    const server = await api(says("ok"));
    await answering(server).answer({ ...question, settings, spentMicroUsd: 900_000 }, never);
    expect(server.bodies[0]?.max_completion_tokens).toBe(250);
    expect(server.bodies[0]?.messages[0]?.content).toContain("at most two short sentences");
  });

  test("ends the calls when it is spent", async () => {
    const server = await api(says("ok"));
    const asked = answering(server).answer({ ...question, settings, spentMicroUsd: 1_000_000 }, never);
    await expect(asked).rejects.toThrow(BudgetSpent);
    expect(server.bodies).toHaveLength(0);
  });
});
