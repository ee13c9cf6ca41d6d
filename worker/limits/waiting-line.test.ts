import fc from "fast-check";
import { expect, test } from "vitest";
import { WaitingLine } from "./waiting-line.ts";

const who = (organization: string, chat: string) => ({ organization, chat });

test("organizations take turns, and within one the oldest is first", () => {
  const line = new WaitingLine();
  for (const chat of ["1", "2", "3"]) line.add("reply", who("flood", chat));
  line.add("reply", who("calm", "1"));
  const order = Array.from({ length: 5 }, () => line.next("reply"));
  expect(order).toEqual([
    who("flood", "1"),
    who("calm", "1"),
    who("flood", "2"),
    who("flood", "3"),
    undefined,
  ]);
});

test("replies and bulk stand apart, and one that comes twice stands once", () => {
  const line = new WaitingLine();
  line.add("bulk", who("ana", "1"));
  line.add("reply", who("ana", "2"));
  line.add("reply", who("ana", "2"));
  expect([line.next("reply"), line.next("reply"), line.next("bulk")]).toEqual([
    who("ana", "2"),
    undefined,
    who("ana", "1"),
  ]);
});

test("an organization without a socket leaves the line", () => {
  const line = new WaitingLine();
  line.add("reply", who("ana", "1"));
  line.add("bulk", who("ana", "2"));
  line.add("reply", who("bia", "1"));
  line.forget("ana");
  expect([line.next("reply"), line.has("reply"), line.has("bulk")]).toEqual([who("bia", "1"), false, false]);
});

test("whatever comes, everybody leaves once, and nobody waits for more of another than there are organizations", () => {
  const conversation = fc.record({
    organization: fc.integer({ min: 0, max: 4 }).map(String),
    chat: fc.integer({ min: 0, max: 9 }).map(String),
  });
  fc.assert(
    fc.property(fc.array(conversation, { maxLength: 60 }), (conversations) => {
      const line = new WaitingLine();
      for (const each of conversations) line.add("reply", each);
      const left: string[] = [];
      for (let next = line.next("reply"); next !== undefined; next = line.next("reply"))
        left.push(`${next.organization} ${next.chat}`);
      expect(left.toSorted()).toEqual(
        [...new Set(conversations.map(({ organization, chat }) => `${organization} ${chat}`))].toSorted(),
      );
      // While an organization waits, its turn comes again after one of each other at the most.
      for (const organization of new Set(conversations.map((each) => each.organization))) {
        const turns = left.flatMap((member, index) => (member.startsWith(`${organization} `) ? [index] : []));
        for (const [index, turn] of turns.slice(1).entries())
          expect(turn - turns[index]!).toBeLessThanOrEqual(5);
      }
    }),
  );
});
