import fc from "fast-check";
import { expect, test } from "vitest";
import { markIn, requireMark } from "./mark.ts";
import { remoteName } from "./remote-name.ts";
import { ResourceFailed } from "./resource.ts";

const ours = { stack: "staging", fleet: "main" };

test("what says that it is ours, is", () => {
  requireMark("service", markIn({ OXY_NAMESPACE: "staging", OXY_FLEET: "main" }), ours);
});

test.each([
  [{}, "nobody's that we know"],
  [{ OXY_NAMESPACE: "staging" }, "nobody's that we know"],
  [{ OXY_NAMESPACE: "production", OXY_FLEET: "main" }, "fleet main of stack production"],
  [{ OXY_NAMESPACE: "staging", OXY_FLEET: "other" }, "fleet other of stack staging"],
])("what says %j is refused", (environment, whose) => {
  const claim = () => requireMark('service "x" at Toy', markIn(environment), ours);
  expect(claim).toThrow(ResourceFailed);
  expect(claim).toThrow(
    `service "x" at Toy exists and is not of fleet main of stack staging, but ${whose}: ` +
      "rename or delete it, or name the fleet otherwise",
  );
});

test("a name is its parts where there is room for them", () => {
  expect(remoteName(["staging", "main", "worker", "oregon"], 63)).toBe("oxy-staging-main-worker-oregon");
});

test("names fit, are the same for the same parts, and differ for others", () => {
  const part = fc.stringMatching(/^[a-z][a-z0-9-]{0,39}$/);
  fc.assert(
    fc.property(part, part, part, fc.integer({ min: 20, max: 63 }), (stack, fleet, other, longest) => {
      fc.pre(fleet !== other);
      const name = remoteName([stack, fleet], longest);
      expect(name.length).toBeLessThanOrEqual(longest);
      expect(name).toMatch(/^oxy-[a-z0-9-]+$/);
      expect(remoteName([stack, fleet], longest)).toBe(name);
      expect(remoteName([stack, other], longest)).not.toBe(name);
    }),
  );
});
