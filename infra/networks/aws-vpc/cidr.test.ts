import { isIPv4 } from "node:net";
import fc from "fast-check";
import { expect, test } from "vitest";
import { addressesOfSubnet, cidrOf, cidrRefusal, overlap, sixteenth, sizeOf, textOf } from "./cidr.ts";

const networks = fc
  .record({ number: fc.integer({ min: 0, max: 2 ** 32 - 1 }), prefix: fc.integer({ min: 0, max: 28 }) })
  .map(({ number, prefix }) => ({ first: number - (number % 2 ** (32 - prefix)), prefix }));

test("a network is read as it is written", () => {
  expect(cidrOf("10.40.0.0/20")).toEqual({ first: 10 * 2 ** 24 + 40 * 2 ** 16, prefix: 20 });
  fc.assert(
    fc.property(networks, (network) => {
      const text = textOf(network);
      expect(isIPv4(text.split("/")[0] ?? "")).toBe(true);
      expect(cidrOf(text)).toEqual(network);
    }),
  );
});

test.each(["", "10.0.0.0", "10.0.0/16", "10.0.0.256/16", "10.0.0.0/33", "10.0.0.0/16 ", "::/0"])(
  "%j is none",
  (text) => {
    expect(() => cidrOf(text)).toThrow("expected an IPv4 network");
    expect(cidrRefusal(text)).toBe("an IPv4 network such as 10.40.0.0/20");
  },
);

test("its sixteen parts fill it, and none overlaps another", () => {
  fc.assert(
    fc.property(networks, (whole) => {
      const parts = Array.from({ length: 16 }, (_none, index) => sixteenth(whole, index));
      expect(parts.map(({ first }) => first)).toEqual(
        parts.map((_part, at) => whole.first + at * sizeOf(parts[0] ?? whole)),
      );
      expect(parts.reduce((sum, part) => sum + sizeOf(part), 0)).toBe(sizeOf(whole));
      expect(parts.every((part) => overlap(part, whole))).toBe(true);
      const pairs = parts.flatMap((one, at) => parts.slice(at + 1).map((other) => [one, other] as const));
      expect(pairs.filter(([one, other]) => overlap(one, other))).toEqual([]);
    }),
  );
});

test("two networks overlap when one of them holds the other", () => {
  fc.assert(
    fc.property(networks, networks, (one, other) => {
      const [larger, smaller] = one.prefix <= other.prefix ? [one, other] : [other, one];
      const isWithin = smaller.first - (smaller.first % sizeOf(larger)) === larger.first;
      expect(overlap(one, other)).toBe(isWithin);
      expect(overlap(other, one)).toBe(isWithin);
    }),
  );
});

test.each([
  ["10.40.0.0/24", 11],
  ["10.40.0.0/20", 251],
  ["10.40.0.0/16", 4_091],
])("a subnet of %s has %i addresses for tasks", (vpc, free) => {
  expect(addressesOfSubnet(cidrOf(vpc))).toBe(free);
});

test.each(["10.0.0.0/16", "10.40.0.0/20", "172.16.0.0/16", "172.31.255.0/24", "192.168.0.0/16"])(
  "a VPC can have %s",
  (text) => {
    expect(cidrRefusal(text)).toBeUndefined();
  },
);

test.each([
  ["10.40.1.0/20", "the first address of a network, such as 10.40.0.0/20"],
  ["10.0.0.0/15", "a network from /16 to /24"],
  ["10.0.0.0/25", "a network from /16 to /24"],
  ["8.8.0.0/16", "addresses of 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, which nobody on the internet has"],
  [
    "172.32.0.0/16",
    "addresses of 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, which nobody on the internet has",
  ],
  ["172.17.0.0/16", "nothing of 172.17.0.0/16, which services of AWS use"],
  ["172.17.240.0/20", "nothing of 172.17.0.0/16, which services of AWS use"],
])("a VPC cannot have %s", (text, expected) => {
  expect(cidrRefusal(text)).toBe(expected);
});
