import { describe, expect, test } from "vitest";
import { MESSAGE_KINDS, TREATMENTS, type MessageKind } from "../../sessions/message-kinds.ts";
import { organizationSettings } from "../../sessions/organization.ts";
import { meaningOf, meaningOfOwners, treatmentOf, type Envelope } from "./meaning.ts";
import type { Reading } from "./reading.ts";

const NOW = 1_800_000_000_000;
const MINUTE = 60_000;
const ana: Envelope = { id: "A1", sender: "551@lid", at: NOW, name: "Ana", number: "5511987654321" };

const settingsOf = (settings: Record<string, unknown> = {}) =>
  organizationSettings.parse({ name: "Padaria", ...settings });
const message = (kind: MessageKind, words = "oi"): Reading => ({ is: "message", kind, words, text: words });
const meant = (reading: Reading, settings = {}, envelope = ana) =>
  meaningOf(reading, envelope, settingsOf(settings), NOW);

const BECOMES = {
  answer: "customer",
  acknowledge: "acknowledge",
  "hand-over": "hand-over",
  ignore: "other",
} as const;

describe.each(Object.keys(MESSAGE_KINDS) as MessageKind[])("a message of kind %s", (kind) => {
  test("is treated as its row says", () => {
    expect(meant(message(kind)).kind).toBe(BECOMES[MESSAGE_KINDS[kind].treatment]);
  });

  test.each(TREATMENTS)("is treated otherwise where the organization says %s", (treatment) => {
    const settings = { messages: { [kind]: treatment } };
    expect(treatmentOf(kind, settingsOf(settings))).toBe(treatment);
    expect(meant(message(kind), settings)).toMatchObject({
      kind: BECOMES[treatment],
      id: "A1",
      sender: "551@lid",
    });
  });
});

test("what it says, by whom and when goes along", () => {
  expect(meant(message("text"))).toEqual({
    ...ana,
    kind: "customer",
    text: "oi",
    who: undefined,
    optIn: undefined,
  });
});

test("an acknowledgement is the organization's own, and of its own words for a call", () => {
  const settings = { acknowledgement: "recebi", callMessage: "escreva" };
  expect(meant(message("audio"), settings)).toMatchObject({ reply: "recebi", everyMs: 10 * MINUTE });
  expect(meant(message("call"), settings)).toMatchObject({ reply: "escreva" });
});

test("who is left to a person is told so, and for how long the AI keeps out", () => {
  const settings = { handOverMessage: "já vem", handOverMinutes: 5 };
  expect(meant(message("order"), settings)).toMatchObject({ reply: "já vem", forMs: 5 * MINUTE });
});

test("an unknown kind in the settings is refused", () => {
  expect(organizationSettings.safeParse({ name: "P", messages: { imagem: "answer" } }).success).toBe(false);
  expect(organizationSettings.safeParse({ name: "P", messages: { image: "delete" } }).success).toBe(false);
});

describe("the team", () => {
  const team = (number: string) => ({ team: [{ number, name: "Ana" }] });

  test.each(["5511987654321", "551187654321"])(
    "is known by its number, with and without ninth digit: %s",
    (number) => {
      expect(meant(message("text"), team(number))).toMatchObject({ kind: "customer", who: "team" });
      const older = { ...ana, number: "551187654321" };
      expect(meant(message("text"), team(number), older)).toMatchObject({ who: "team" });
    },
  );

  test("is nobody whose number is another, or not known", () => {
    expect(meant(message("text"), team("5521987654321"))).toMatchObject({ who: undefined });
    const { number: _, ...unknown } = ana;
    expect(meant(message("text"), team("5511987654321"), unknown)).toMatchObject({ who: undefined });
  });

  test("is known by what it corrects, too", () => {
    const settings = team("5511987654321");
    expect(meant({ is: "edit", of: "A0", words: "a", text: "a" }, settings)).toMatchObject({ who: "team" });
    expect(meant({ is: "edit", of: "A0", words: "a", text: "a" })).toMatchObject({ who: undefined });
  });

  test("opts out of nothing, and is not left to itself", () => {
    const settings = team("5511987654321");
    expect(meant(message("text", "sair"), settings)).toMatchObject({
      kind: "customer",
      who: "team",
      text: "sair",
    });
    expect(meant(message("text", "sair"), settings)).not.toHaveProperty("optOut");
    expect(meant(message("order"), settings)).toMatchObject({ kind: "customer", who: "team" });
    expect(meant(message("image"), settings)).toMatchObject({ kind: "acknowledge", who: "team" });
  });
});

describe("opting out", () => {
  test("takes one of the words alone, and is confirmed", () => {
    const settings = { optOutWords: ["Não quero mais"], optOutMessage: "pronto" };
    expect(meant(message("text", "nao quero mais!"), settings)).toMatchObject({
      kind: "customer",
      optOut: "pronto",
    });
    expect(meant(message("text", "nao quero mais pão"), settings)).not.toHaveProperty("optOut");
  });

  test("counts also as a button, a caption and a correction", () => {
    for (const kind of ["choice", "captionedImage"] as const)
      expect(meant(message(kind, "Parar"))).toHaveProperty("optOut");
    expect(meant({ is: "edit", of: "A0", words: "PARE", text: "PARE" })).toHaveProperty("optOut");
  });

  test("holds however late it comes, and is not confirmed then", () => {
    const late = { ...ana, at: NOW - 1_441 * MINUTE };
    expect(meant(message("text", "sair"), {}, late)).toMatchObject({ kind: "customer", optOut: true });
    expect(meant(message("text", "voltar"), {}, late)).toMatchObject({ kind: "other" });
  });

  test("is undone by a word, which is answered", () => {
    expect(meant(message("text", "Voltar"))).toMatchObject({ kind: "customer", optIn: true, text: "Voltar" });
  });
});

test("an edit names what it corrects, and says that it does where that was answered", () => {
  expect(meant({ is: "edit", of: "A0", words: "dois", text: "dois" })).toEqual({
    ...ana,
    kind: "edit",
    of: "A0",
    text: "dois",
    again: "[correção da mensagem anterior]\ndois",
  });
});

test("a deletion is one however old it is", () => {
  const old = { ...ana, at: NOW - 10_000 * MINUTE };
  expect(meant({ is: "revoke", of: "A0" }, {}, old)).toEqual({
    kind: "revoke",
    id: "A1",
    sender: "551@lid",
    of: "A0",
  });
  expect(meant(message("text"), {}, old)).toMatchObject({ kind: "other" });
  expect(meant({ is: "edit", of: "A0", words: "a", text: "a" }, {}, old)).toMatchObject({ kind: "other" });
});

test("what the owner writes silences the chat, and a reaction or a signal does not", () => {
  const owners = (reading: Reading) => meaningOfOwners(reading, ana, settingsOf({ silenceMinutes: 3 }));
  expect(owners(message("text"))).toMatchObject({ kind: "owner", forMs: 3 * MINUTE, text: "oi" });
  expect(owners(message("sticker"))).toMatchObject({ kind: "owner" });
  for (const reading of [
    message("reaction"),
    message("vote"),
    { is: "signal" },
    { is: "revoke", of: "A" },
  ] as const)
    expect(owners(reading)).toMatchObject({ kind: "other" });
});
