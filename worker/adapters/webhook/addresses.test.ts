import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isPublicAddress } from "./addresses.ts";

/** An IPv4 range as its first address and the bits that are fixed. */
const NOT_PUBLIC: readonly (readonly [range: string, bits: number])[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
];

const numberOf = (address: string): number =>
  address.split(".").reduce((number, part) => number * 256 + Number(part), 0);
const addressOf = (number: number): string =>
  [24, 16, 8, 0].map((bits) => Math.floor(number / 2 ** bits) % 256).join(".");
const isIn = (number: number, [range, bits]: (typeof NOT_PUBLIC)[number]): boolean =>
  Math.floor(number / 2 ** (32 - bits)) === Math.floor(numberOf(range) / 2 ** (32 - bits));
const ipv4 = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const inRange = fc
  .constantFrom(...NOT_PUBLIC)
  .chain(([range, bits]) =>
    fc.integer({ min: 0, max: 2 ** (32 - bits) - 1 }).map((offset) => addressOf(numberOf(range) + offset)),
  );
const hex = (number: number): string =>
  `${Math.floor(number / 65_536).toString(16)}:${(number % 65_536).toString(16)}`;

describe("of IPv4", () => {
  test("no address of a range that is not on the internet is public", () => {
    fc.assert(
      fc.property(inRange, (address) => {
        expect(isPublicAddress(address)).toBe(false);
      }),
    );
  });

  test("what is public is in none of them", () => {
    fc.assert(
      fc.property(ipv4, (number) => {
        const ranges = NOT_PUBLIC.filter((range) => isIn(number, range));
        expect(isPublicAddress(addressOf(number)) && ranges.length > 0).toBe(false);
      }),
    );
  });

  test.each(["8.8.8.8", "1.1.1.1", "200.147.3.157", "172.15.255.255", "172.32.0.0", "100.63.255.255"])(
    "%s is public",
    (address) => {
      expect(isPublicAddress(address)).toBe(true);
    },
  );
});

describe("of IPv6", () => {
  test("none is public that means an IPv4 address, or could be made one, whichever that is", () => {
    fc.assert(
      fc.property(fc.oneof(inRange.map(numberOf), ipv4), (number) => {
        const { length } = [`64:ff9b::${hex(number)}`, `2002:${hex(number)}::1`, `::${hex(number)}`].filter(
          isPublicAddress,
        );
        expect(length).toBe(0);
      }),
    );
  });

  test("one that is mapped is what it is mapped from", () => {
    fc.assert(
      fc.property(fc.oneof(inRange.map(numberOf), ipv4), (number) => {
        const expected = isPublicAddress(addressOf(number));
        expect(isPublicAddress(`::ffff:${hex(number)}`)).toBe(expected);
        expect(isPublicAddress(`::ffff:${addressOf(number)}`)).toBe(expected);
      }),
    );
  });

  test("none outside of what is given out for the internet is", () => {
    const group = fc.integer({ min: 0, max: 0xffff });
    fc.assert(
      fc.property(fc.array(group, { minLength: 8, maxLength: 8 }), (groups) => {
        const address = groups.map((each) => each.toString(16)).join(":");
        expect(isPublicAddress(address) && groups[0]! >> 13 !== 0b001).toBe(false);
      }),
    );
  });

  test.each([
    ["::", false],
    ["::1", false],
    ["fe80::1", false],
    ["fec0::1", false],
    ["fc00::1", false],
    ["fd00:ec2::254", false],
    ["ff02::1", false],
    ["100::1", false],
    ["2001:db8::1", false],
    ["2001::1", false],
    ["64:ff9b:1::a9fe:a9fe", false],
    ["2606:4700:4700::1111", true],
    ["2800:3f0:4001:81b::200e", true],
  ])("%s: %s", (address, expected) => {
    expect(isPublicAddress(address)).toBe(expected);
  });
});

test.each([
  "",
  "localhost",
  "metadata.google.internal",
  "1.2.3",
  "1.2.3.4.5",
  "0x7f000001",
  "::ffff:999.1.1.1",
])("%j is no address", (text) => {
  expect(isPublicAddress(text)).toBe(false);
});
