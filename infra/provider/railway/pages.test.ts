import fc from "fast-check";
import { expect, test } from "vitest";
import { page } from "../../emulators/railway/page.ts";
import { allOf } from "./pages.ts";

test("everything of a list is found, in order, however long its pages are", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.string()), fc.integer({ min: 1, max: 5 }), async (nodes, first) => {
      const asked: (string | undefined)[] = [];
      const found = await allOf(async (after) => {
        asked.push(after);
        return page(nodes, { first, after: after ?? null });
      });
      expect(found).toEqual(nodes);
      expect(asked.length).toBe(Math.max(1, Math.ceil(nodes.length / first)));
    }),
  );
});
