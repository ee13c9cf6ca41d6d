import fc from "fast-check";
import { expect, test } from "vitest";
import { clientCommands } from "./client-commands.ts";

const NO_SOCKETS = { reads: undefined, bytes: 0, closed: 0 };

test("what blocks, what runs scripts and what is about connections was sent by a client", () => {
  const counts = { bzpopmin: 36, evalsha: 42, "client|setname": 3, info: 2, hget: 200, zadd: 64 };
  expect(clientCommands(counts, NO_SOCKETS)).toEqual({ counted: 83, atMost: 347, others: false });
});

test("without a script, all of it was", () => {
  expect(clientCommands({ get: 10, set: 5 }, NO_SOCKETS)).toEqual({ counted: 15, atMost: 15, others: false });
});

test("sockets that were read more often say that clients send what scripts might", () => {
  const counts = { evalsha: 10, get: 1_000, hget: 500 };
  const sockets = { reads: 1_012, bytes: 14_000, closed: 2 };
  expect(clientCommands(counts, sockets)).toEqual({ counted: 1_000, atMost: 1_510, others: true });
});

test.each(["reads", "bytes", "closed"])(
  "where a Redis does not say %s, only what is surely sent is counted",
  (unsaid) => {
    const counts = { evalsha: 10, get: 1_000 };
    const sockets = { reads: 1_012, bytes: 14_000, closed: 2, [unsaid]: undefined };
    expect(clientCommands(counts, sockets)).toEqual({ counted: 10, atMost: 1_010, others: false });
  },
);

test("a module's command, which nobody knows, may be a script's", () => {
  expect(clientCommands({ evalsha: 1, "ft.search": 7 }, NO_SOCKETS)).toMatchObject({ counted: 1, atMost: 8 });
});

test("whatever is counted, clients sent no more than all, and all that only they can send", () => {
  const name = fc.constantFrom("evalsha", "bzpopmin", "get", "hget", "client|list", "ping", "json.get");
  const sockets = fc.record({
    reads: fc.option(fc.nat(1e6), { nil: undefined }),
    bytes: fc.option(fc.nat(1e9), { nil: undefined }),
    closed: fc.nat(100),
  });
  fc.assert(
    fc.property(fc.dictionary(name, fc.nat(1e6)), sockets, (counts, seen) => {
      const { counted, atMost } = clientCommands(counts, seen);
      const total = Object.values(counts).reduce((sum, calls) => sum + calls, 0);
      expect(atMost).toBe(total);
      expect(counted).toBeLessThanOrEqual(total);
      expect(counted).toBeGreaterThanOrEqual((counts["evalsha"] ?? 0) + (counts["bzpopmin"] ?? 0));
    }),
  );
});
