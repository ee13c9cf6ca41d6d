import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { messagesPage } from "./messages-page.ts";

test("docs/messages.md is what the tables say", () => {
  expect(readFileSync(new URL("../../docs/messages.md", import.meta.url), "utf8")).toBe(messagesPage());
});
