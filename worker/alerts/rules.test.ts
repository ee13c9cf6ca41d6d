import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { alertsPage } from "../dev/alerts-page.ts";
import type { AlertEvent } from "./evaluate.ts";
import type { Rule } from "./rule.ts";
import { RULES, ruleChanges, rulesOf } from "./rules.ts";
import { messageOf, wordingOf } from "./wording.ts";

const ruleOf = (id: string, rules: readonly Rule[] = RULES): Rule => rules.find((rule) => rule.id === id)!;

test("docs/alerts.md has a row and a line of what to do for each rule, as they are", () => {
  expect(readFileSync(new URL("../../docs/alerts.md", import.meta.url), "utf8")).toBe(alertsPage());
});

test("the rules are ones that can be: known once, ending below where they begin, and with all that people need", () => {
  expect(new Set(RULES.map(({ id }) => id)).size).toBe(RULES.length);
  for (const rule of RULES) {
    expect(rule.id).toMatch(/^[a-z0-9-]{3,30}$/);
    expect(rule.from).toBeGreaterThan(0);
    expect(rule.until).toBeLessThanOrEqual(rule.from);
    expect(rule.clearSeconds).toBeGreaterThanOrEqual(60);
    for (const text of [rule.sentence, rule.resolved, rule.todo, rule.what, rule.runbook])
      expect(text).toMatch(/^[\p{Lu}{`1-9].*[.`]$/u);
    const names = [...`${rule.sentence}${rule.resolved}${rule.todo}`.matchAll(/\{(\w+)\}/g)].map(
      ([, name]) => name!,
    );
    expect(["value", "from", "organization", "detail"]).toEqual(expect.arrayContaining(names));
    expect(names.includes("organization")).toBe(rule.of === "organization");
  }
});

test("a deployment moves where one begins, and where it ends by the same part", () => {
  const rules = rulesOf({ depth: { from: 202, forSeconds: 7 }, "reply-p95": { clearSeconds: 9 } }, 5_000);
  expect(ruleOf("depth", rules)).toMatchObject({ from: 202, until: 100, forSeconds: 7, clearSeconds: 120 });
  expect(ruleOf("reply-p95", rules).clearSeconds).toBe(9);
  expect(rules).toHaveLength(RULES.length);
  expect(rulesOf({ depth: { off: true } }, 5_000).map(({ id }) => id)).not.toContain("depth");
});

test("replies are slow past the objective, whatever it is", () => {
  const { from, until } = ruleOf("reply-p95", rulesOf({}, 8_000));
  expect([from > 8, from < 8.01, until]).toEqual([true, true, 8]);
});

test("a change of a rule that is none, or to what is none, is refused", () => {
  for (const wrong of [{ deep: {} }, { depth: { from: "1" } }, { depth: { above: 1 } }, { depth: 7 }])
    expect(ruleChanges.safeParse(wrong).success).toBe(false);
});

const event = (more: Partial<AlertEvent>): AlertEvent => ({
  id: "x",
  kind: "fired",
  rule: "session-down",
  at: 2,
  since: 1,
  ...more,
});
const text = (more: Partial<AlertEvent>, rule = ruleOf("session-down")): string =>
  messageOf(wordingOf(event(more), rule, (id) => `Loja ${id}`));

test("people read what happened and what they can do, in their words", () => {
  expect(text({ organization: "ana", value: 312, detail: "dropped" })).toBe(
    "*🚨 Alerta*\nO WhatsApp de Loja ana está sem conexão há 5 min (dropped).\n" +
      "Veja se o celular tem internet e se o aparelho ainda aparece em Aparelhos conectados.",
  );
  expect(text({ organization: "ana", kind: "resolved" })).toBe(
    "*✅ Resolvido*\nO WhatsApp de Loja ana está conectado de novo.",
  );
  expect(text({ organization: "ana", value: 301 })).toContain("há 5 min.\n");
  expect(text({ value: 5.4 }, ruleOf("reply-p95"))).toContain(
    "95% das respostas levam até 5,4 s (objetivo: 5 s).",
  );
  expect(text({ value: Infinity }, ruleOf("reply-p95"))).toContain("até mais de 5 min");
  expect(text({ value: 81, organization: "ana" }, ruleOf("ai-budget"))).toContain("já usou 81% do orçamento");
  expect(text({ value: 9_000, detail: "cron" }, ruleOf("jobs-oldest"))).toContain(
    "tarefa de cron espera há 3 h",
  );
});

test("a name with a pattern of a replacement in it is shown as it is", () => {
  const shown = wordingOf(event({ organization: "a", value: 1 }), ruleOf("ai-budget"), () => "$& {value}");
  expect(shown.sentence).toBe("$& {value} já usou 1% do orçamento diário da IA.");
});
