import { PassThrough } from "node:stream";
import fc from "fast-check";
import { expect, test } from "vitest";
import { OutputTail } from "./output-tail.ts";

test("the last twenty lines are kept, in whatever pieces they arrive", async () => {
  const line = fc.string({ unit: "grapheme", maxLength: 30 }).filter((text) => !text.includes("\n"));
  await fc.assert(
    fc.asyncProperty(
      fc.array(line, { maxLength: 60 }),
      fc.integer({ min: 1, max: 50 }),
      async (lines, size) => {
        const tail = new OutputTail();
        const source = new PassThrough();
        tail.follow(source);
        const bytes = Buffer.from(lines.map((text) => `${text}\n`).join(""));
        for (let at = 0; at < bytes.length; at += size) source.write(bytes.subarray(at, at + size));
        source.end();
        await new Promise((resolve) => source.once("close", resolve));
        expect(tail.lines).toEqual(lines.slice(-20));
      },
    ),
  );
});

test("a line without an end is kept in part", async () => {
  const tail = new OutputTail();
  const source = new PassThrough();
  tail.follow(source);
  for (let piece = 0; piece < 100; piece++) source.write("x".repeat(1_000));
  source.end();
  await new Promise((resolve) => source.once("close", resolve));
  expect(tail.lines.map((line) => line.length)).toEqual([2_000]);
});
