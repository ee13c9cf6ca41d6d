import { expect, test } from "vitest";
import { organizationSettings } from "./organization.ts";
import { explainSettings, readStored } from "./stored-settings.ts";

function read(json: unknown) {
  const lost: string[] = [];
  return { settings: readStored(json, (path) => lost.push(path)), lost };
}

function explained(json: unknown): string {
  const parsed = organizationSettings.safeParse(json);
  return parsed.success ? "" : explainSettings(parsed.error);
}

const whole = organizationSettings.parse({ name: "Loja" });

test("what this version wrote is read as it is", () => {
  const written = organizationSettings.parse({
    name: "Loja",
    team: [{ number: "5511987654321", name: "Ana", owner: true }],
    pacing: { perDay: 7 },
  });
  expect(read(JSON.parse(JSON.stringify(written)))).toEqual({ settings: written, lost: [] });
});

test("what a newer version knows is left out, at any depth, and the rest is used", () => {
  const { settings, lost } = read({
    name: "Loja",
    voice: "calm",
    pacing: { perDay: 7, weekends: false },
    team: [{ number: "5511987654321", name: "Ana", languages: ["pt"] }],
  });
  expect(settings).toEqual({
    ...whole,
    pacing: { ...whole.pacing, perDay: 7 },
    team: [{ number: "5511987654321", name: "Ana", owner: false }],
  });
  expect(lost.toSorted()).toEqual(["pacing.weekends", "team[0].languages", "voice"]);
});

test("values that are no more, or not yet, possible are as if they were not set", () => {
  const { settings, lost } = read({
    name: "Loja",
    readReceipts: "on-mood",
    messages: { image: "describe", audio: "answer" },
    optOutWords: ["sair", "", "   ", "parar"],
    pacing: { perMinute: -1 },
  });
  expect(settings).toEqual({ ...whole, messages: { audio: "answer" }, optOutWords: ["sair", "parar"] });
  expect(lost.toSorted()).toEqual([
    "messages.image",
    "optOutWords[1]",
    "optOutWords[2]",
    "pacing.perMinute",
    "readReceipts",
  ]);
});

test("one of a list that lacks what it must have is left out, and the others stay", () => {
  const { settings, lost } = read({
    name: "Loja",
    team: [
      { number: "+55 11", name: "Ana" },
      { number: "5511987654321", name: "Bia" },
      { number: 5511987654322, owner: "no" },
    ],
  });
  expect(settings.team).toEqual([{ number: "5511987654321", name: "Bia", owner: false }]);
  expect(lost.toSorted()).toEqual(["team[0]", "team[0].number", "team[2]", "team[2].owner"]);
});

test.each([
  ["nothing", undefined, /^settings: /],
  ["a list", [], /^settings: /],
  ["no name", { instructions: "x" }, /^name: /],
  ["a name that is none", { name: "" }, /^name: /],
])("settings of %s are an error", (_, json, reason) => {
  expect(() => read(json)).toThrow(reason);
});

test.each([
  [{ name: "Loja", fallbackMesage: "x" }, "fallbackMesage: unknown (the nearest is fallbackMessage)"],
  [{ name: "Loja", pacing: { perMinutes: 1 } }, "pacing.perMinutes: unknown (the nearest is perMinute)"],
  [
    { name: "Loja", team: [{ number: "5511987654321", name: "Ana", onwer: true }] },
    "team[0].onwer: unknown (the nearest is owner)",
  ],
  [{ name: "Loja", timeZone: "Brasil" }, "timeZone: expected an IANA time zone, as America/Sao_Paulo"],
  [{ name: "Loja", pacing: { quietFrom: "8h" } }, "pacing.quietFrom: expected a time as 08:00"],
])("settings that are given are told with their place: %j", (json, reason) => {
  expect(explained(json)).toBe(reason);
});
