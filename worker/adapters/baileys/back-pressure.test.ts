import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { BackPressure } from "./back-pressure.ts";

let reading: boolean;
let pressure: BackPressure;

beforeEach(() => {
  vi.useFakeTimers();
  reading = true;
  pressure = new BackPressure(() => ({ pause: () => (reading = false), resume: () => (reading = true) }));
});

afterEach(() => {
  vi.useRealTimers();
});

function times(count: number, does: () => void): void {
  for (let each = 0; each < count; each++) does();
}

test("with two hundred that wait all is read, with one more nothing is, until half of them are handled", () => {
  times(200, () => pressure.waits());
  expect(reading).toBe(true);
  pressure.waits();
  expect(reading).toBe(false);
  times(100, () => pressure.handled());
  expect(reading).toBe(false);
  pressure.handled();
  expect(reading).toBe(true);
});

test("when nothing moves, as when an answer is awaited that comes over the same socket, some more is read", () => {
  times(201, () => pressure.waits());
  vi.advanceTimersByTime(249);
  expect(reading).toBe(false);
  vi.advanceTimersByTime(1);
  expect(reading).toBe(true);
  pressure.waits();
  expect(reading).toBe(false);
});

test("as long as it moves it stays at that", () => {
  times(250, () => pressure.waits());
  for (let each = 0; each < 100; each++) {
    pressure.handled();
    vi.advanceTimersByTime(200);
    expect(reading).toBe(false);
  }
});

test("a socket that is gone is left alone", () => {
  const gone = new BackPressure(() => null);
  times(300, () => gone.waits());
  times(300, () => gone.handled());
  vi.runAllTimers();
});
