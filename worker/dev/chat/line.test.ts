import fc from "fast-check";
import { expect, test } from "vitest";
import { readLine, type ChatLine } from "./line.ts";

test.each<[line: string, read: ChatLine | undefined]>([
  ["Oi!", { kind: "write", text: "Oi!" }],
  ["   ", undefined],
  ["//etc é uma pasta", { kind: "write", text: "/etc é uma pasta" }],
  ["/equipe", { kind: "speak", as: "team", text: undefined }],
  ["/equipe  Como foi hoje?", { kind: "speak", as: "team", text: "Como foi hoje?" }],
  ["/CLIENTE oi", { kind: "speak", as: "customer", text: "oi" }],
  ["/foto", { kind: "send", what: "photo", caption: undefined }],
  ["/foto Tem deste?", { kind: "send", what: "photo", caption: "Tem deste?" }],
  ["/localização", { kind: "send", what: "location", caption: undefined }],
  ["/áudio", { kind: "send", what: "audio", caption: undefined }],
  ["/editar duas, por favor", { kind: "edit", text: "duas, por favor" }],
  ["/apagar", { kind: "revoke" }],
  ["/dono Deixa comigo", { kind: "owner", text: "Deixa comigo" }],
  ["/status", { kind: "status" }],
  ["/sair", { kind: "quit" }],
  ["/editar", { kind: "wrong", why: "/editar: expected a text after it, got none" }],
])("%j", (line, read) => {
  expect(readLine(line)).toEqual(read);
});

test("a command that is none is answered with the nearest one", () => {
  expect(readLine("/fotto")).toEqual({
    kind: "wrong",
    why: "/fotto: expected a command (the nearest is /foto; // writes a slash), got an unknown one",
  });
});

test("what is no command is written as it is", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (line) => {
      const text = line.trim();
      fc.pre(!text.startsWith("/"));
      expect(readLine(line)).toEqual(text === "" ? undefined : { kind: "write", text });
    }),
  );
});

test("whatever follows a slash is a command, or said to be none", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (line) => {
      expect(readLine(`/${line}`)).toHaveProperty("kind");
    }),
  );
});
