import { expect, test } from "vitest";
import { phoneNumberOf } from "./phone-number.ts";

test.each([
  ["11987654321", "5511987654321"],
  ["(11) 98765-4321", "5511987654321"],
  ["+55 11 98765-4321", "5511987654321"],
  ["5511987654321", "5511987654321"],
  ["011987654321", "5511987654321"],
  ["0055 11 98765-4321", "5511987654321"],
  ["0 15 11 98765-4321", "5511987654321"],
  [" 11 98765 4321\u00A0", "5511987654321"],
])("%j is a Brazilian mobile number", (given, number) => {
  expect(phoneNumberOf(given)).toBe(number);
});

test.each([
  ["11 8765-4321", "5511987654321"],
  ["551187654321", "5511987654321"],
])("%j gets the ninth digit that it lacks", (given, number) => {
  expect(phoneNumberOf(given)).toBe(number);
});

test.each([
  ["11 3333-4444", "551133334444"],
  ["+351 912 345 678", "351912345678"],
  ["351912345678", "351912345678"],
  ["14155552671", "14155552671"],
])("%j may be on WhatsApp, too", (given, number) => {
  expect(phoneNumberOf(given)).toBe(number);
});

test.each([
  "",
  "123",
  "Ana",
  "98765-4321",
  "55119876543210",
  "5.51199E+12",
  "11 98765-4321 ramal 3",
  "00000000000",
  "1".repeat(1_000),
])("%j is no number", (given) => {
  expect(phoneNumberOf(given)).toBeUndefined();
});
