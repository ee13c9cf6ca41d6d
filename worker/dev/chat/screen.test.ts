import { createInterface } from "node:readline";
import { PassThrough } from "node:stream";
import { afterEach, expect, test, vi } from "vitest";
import { ChatScreen } from "./screen.ts";

afterEach(() => void vi.restoreAllMocks());

test("the parts of an answer are shown in order, the last one with where its time went", async () => {
  const lines: string[] = [];
  vi.spyOn(process.stdout, "write").mockImplementation((text) => lines.push(String(text)) > 0);
  const typing = createInterface({ input: new PassThrough() });
  const screen = new ChatScreen(typing, false);
  screen.asks("customer", "oi");
  for (const part of ["parte 1", "parte 2", "parte 3"]) screen.answer("customer", part, undefined);
  screen.split("customer", { queueMs: 1, aiMs: 700, sendMs: 2 });
  await screen.done();
  vi.restoreAllMocks();
  typing.close();
  const shown = lines.filter((line) => line.includes("parte"));
  expect(shown.map((line) => /parte \d/.exec(line)?.[0])).toEqual(["parte 1", "parte 2", "parte 3"]);
  expect(shown.map((line) => line.includes("AI 700 ms"))).toEqual([false, false, true]);
});
