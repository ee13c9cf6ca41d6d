import fc from "fast-check";
import { expect, test } from "vitest";
import { InvalidTemplate, parseTemplate, render, required, variablesOf } from "./template.ts";

test("variables take a recipient's values, or what the template has for whoever has none", () => {
  const template = parseTemplate("Oi {{ nome|cliente }}, sua entrega {{código}} chega {{Dia}}!");
  expect(required(template)).toEqual(["codigo", "dia"]);
  expect(variablesOf(template)).toEqual(["nome", "codigo", "dia"]);
  expect(render(template, { nome: " Ana ", codigo: "7", dia: "hoje" })).toBe(
    "Oi Ana, sua entrega 7 chega hoje!",
  );
  expect(render(template, { nome: "  ", codigo: "7", dia: "hoje" })).toBe(
    "Oi cliente, sua entrega 7 chega hoje!",
  );
  expect(render(parseTemplate("a{{b|}}c"), {})).toBe("ac");
});

test("a name that every object has is no value", () => {
  expect(render(parseTemplate("{{constructor|x}}"), {})).toBe("x");
});

test.each([
  ["Oi {{nome", "template: {{ without }}, or }} without {{, at character 4"],
  ["Oi nome}}", "template: {{ without }}, or }} without {{, at character 8"],
  ["{{a}} e {{b", "template: {{ without }}, or }} without {{, at character 9"],
  ["{{a}} }} {{b}}", "template: {{ without }}, or }} without {{, at character 7"],
  ["Oi {{}}", 'template: expected a name between {{ and }} at character 4, got ""'],
  ["{{a.b}}", 'template: expected a name between {{ and }} at character 1, got "a.b"'],
])("%j is refused with the place", (text, message) => {
  expect(() => parseTemplate(text)).toThrow(new InvalidTemplate(message));
});

test("a value is never read as a template, and a text without variables is itself", () => {
  fc.assert(
    fc.property(fc.string(), fc.string({ unit: "binary" }), (value, text) => {
      expect(render(parseTemplate("<{{v|}}>"), { v: value })).toBe(`<${value.trim()}>`);
      const plain = text.replaceAll(/\{\{|\}\}/g, "");
      fc.pre(!/\{\{|\}\}/.test(plain));
      expect(render(parseTemplate(plain), { v: value })).toBe(plain);
    }),
  );
});
