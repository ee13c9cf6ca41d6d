import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { automation, tagName } from "./automation.ts";
import { unknownVariables, withValues } from "./variables.ts";

const least = {
  id: "a",
  name: "A",
  trigger: { on: "first-message" },
  steps: [{ do: "send", text: "oi" }],
};

function problemsOf(changed: object): string[] {
  const { error } = automation.safeParse({ ...least, ...changed });
  return (error?.issues ?? []).map(({ path, message }) => `${path.join(".")}: ${message}`);
}

test("what may be left out has a default", () => {
  expect(automation.parse(least)).toMatchObject({
    enabled: true,
    whilePersonHasChat: "stop",
    limits: { perContactPerDay: 5 },
  });
});

test("the page's automation is one, and its table has each trigger and step", () => {
  const page = readFileSync(new URL("../../docs/automations.md", import.meta.url), "utf8");
  const [, example = ""] = /```json\n([\s\S]*?)```/.exec(page) ?? [];
  expect(problemsOf(JSON.parse(example) as object)).toEqual([]);
  const kinds = [
    "keyword",
    "first-message",
    "tag",
    "no-reply",
    "schedule",
    "send",
    "wait",
    "untag",
    "hand-over",
  ];
  for (const kind of [...kinds, "ask", "webhook", "stop-if"])
    expect(page).toMatch(new RegExp(`^\\|.*\`${kind}\`.*\\|`, "m"));
});

describe("refused is", () => {
  test.each<[what: string, changed: object, problem: RegExp]>([
    ["an id that would break a key", { id: "a b" }, /^id: expected 1 to 64 letters/],
    ["what is not known", { color: "red" }, /unrecognized key/i],
    ["nothing to do", { steps: [] }, /^steps: /],
    ["more than fifty steps", { steps: Array(51).fill(least.steps[0]) }, /^steps: /],
    ["a keyword without a word", { trigger: { on: "keyword", words: ["?!"] } }, /expected a word/],
    [
      "a schedule by the second",
      { trigger: { on: "schedule", cron: "* * * * * *", audience: { tag: "x" } } },
      /^trigger.cron: expected five fields/,
    ],
    [
      "a schedule that never is",
      { trigger: { on: "schedule", cron: "0 0 31 2 *", audience: { tag: "x" } } },
      /^trigger.cron: expected/,
    ],
    ["a wait for nothing", { steps: [{ do: "wait" }] }, /expected either minutes or until/],
    ["a wait for two things", { steps: [{ do: "wait", minutes: 1, until: "08:00" }] }, /expected either/],
    ["a wait for ever", { steps: [{ do: "wait", minutes: 1e6 }] }, /^steps.0.minutes: /],
    ["a time that no clock shows", { steps: [{ do: "wait", until: "25:00" }] }, /expected a time as 08:00/],
    ["a message of blanks", { steps: [{ do: "send", text: " \n" }] }, /expected a text/],
    ["half of a character", { steps: [{ do: "send", text: "\ud83d" }] }, /expected valid Unicode/],
    ["two conditions at once", { steps: [{ do: "stop-if", replied: true, tag: "x" }] }, /expected one of/],
    [
      "a webhook with a password",
      { steps: [{ do: "webhook", url: "https://a:b@shop.example/", secret: "s".repeat(16) }] },
      /expected a URL without/,
    ],
    [
      "a webhook of a file",
      { steps: [{ do: "webhook", url: "file:///etc/passwd", secret: "s".repeat(16) }] },
      /^steps.0.url: /,
    ],
    [
      "a webhook that anybody could sign",
      { steps: [{ do: "webhook", url: "https://shop.example/", secret: "short" }] },
      /^steps.0.secret: /,
    ],
  ])("%s", (_what, changed, problem) => {
    expect(problemsOf(changed)).toEqual([expect.stringMatching(problem)]);
  });
});

test("a tag is the same in whatever case and composition it is written", () => {
  expect(tagName.parse(" Promoção ")).toBe("promoção");
  expect(tagName.parse("PROMOÇÃO".normalize("NFD"))).toBe("promoção");
  expect(tagName.safeParse("two words").success).toBe(false);
});

describe("variables", () => {
  test("are replaced once: what is put in is not looked at again", () => {
    expect(withValues("Oi {{nome}}: {{texto}}", { nome: "{{texto}}", texto: "{{nome}}" })).toBe(
      "Oi {{texto}}: {{nome}}",
    );
  });

  test("of which nothing is known are what the text says instead", () => {
    expect(withValues("Oi {{nome|cliente}}!", { nome: undefined })).toBe("Oi cliente!");
  });

  test("that there are none of are told", () => {
    expect(unknownVariables("{{nome}} {{nmoe}} {{constructor}}")).toEqual(["nmoe", "constructor"]);
  });
});
