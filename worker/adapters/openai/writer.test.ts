import { expect, test } from "vitest";
import type { AiUsage, WriterTask } from "../../conversation/completions.ts";
import { organizationSettings } from "../../sessions/organization.ts";
import { api, modelAt, never, says, useApis, type Api } from "./api-fixture.ts";
import { writerOf, type WriterOptions } from "./writer.ts";

useApis();

const task: WriterTask = {
  organization: "ana",
  settings: organizationSettings.parse({ name: "Loja da Ana", aiBudgetUsdPerDay: 1 }),
  instructions: "Write the summary of the day for the owner.",
  facts: "received: 12\nanswered: 11",
  purpose: "summary",
};

function writer(server: Api, changed: Partial<WriterOptions> = {}) {
  const spent: [string, AiUsage][] = [];
  const written = writerOf({
    chat: modelAt(server),
    maxTokens: 1_000,
    spentToday: async () => 0,
    spent: async (organization, usage) => void spent.push([organization, usage]),
    history: async () => [],
    ...changed,
  });
  return { write: written.write, spent };
}

test("a text is written from facts, and counted", async () => {
  const server = await api(
    says("**12** mensagens hoje.", "stop", { prompt_tokens: 50, completion_tokens: 9 }),
  );
  const { write, spent } = writer(server);
  expect(await write(task, never)).toBe("*12* mensagens hoje.");
  expect(spent).toMatchObject([["ana", { calls: 1, promptTokens: 50, completionTokens: 9 }]]);
  const [system, facts] = server.bodies[0]?.messages ?? [];
  expect(system?.content).toContain("Loja da Ana");
  expect(system?.content).toContain("Write the summary of the day");
  expect(facts).toMatchObject({ role: "user", content: "Facts:\nreceived: 12\nanswered: 11" });
});

test("what was said in the conversation goes along, where there is one", async () => {
  const server = await api(says("oi de novo"));
  const { write } = writer(server, {
    history: async ({ chat }) => [{ role: "customer", at: 1, text: `sou ${chat}` }],
  });
  const conversation = { organization: "ana", chat: "1@lid" };
  await write({ ...task, purpose: "automation", conversation }, never);
  expect(server.bodies[0]?.messages[1]).toEqual({ role: "user", content: "sou 1@lid" });
});

test("a budget that is spent ends it before anything is asked", async () => {
  const server = await api(says("too expensive"));
  const { write, spent } = writer(server, { spentToday: async () => 1_000_000 });
  await expect(write(task, never)).rejects.toMatchObject({ name: "BudgetSpent" });
  expect(server.bodies).toHaveLength(0);
  expect(spent).toEqual([]);
});

test("a call that failed is counted too", async () => {
  const server = await api(says("", "stop", { prompt_tokens: 50, completion_tokens: 0 }));
  const { write, spent } = writer(server);
  await expect(write(task, never)).rejects.toMatchObject({ name: "NoAnswer" });
  expect(spent).toMatchObject([["ana", { promptTokens: 50 }]]);
});

test("facts of any length are cut to what a model reads", async () => {
  const server = await api(says("ok"));
  await writer(server).write({ ...task, facts: "linha com fatos\n".repeat(20_000) }, never);
  expect(server.bodies[0]?.messages.at(-1)?.content.length).toBeLessThan(60_000);
});
