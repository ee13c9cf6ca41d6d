import { afterEach, expect, test, vi } from "vitest";
import { collectAfterStart } from "./start-garbage.ts";

afterEach(() => {
  vi.useRealTimers();
});

test("what a start leaves behind is collected some seconds after it, and not before", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout"] });
  const left = leftBehind();
  collectAfterStart();
  // A reference that was just made, or looked at, holds until the next task.
  await nextTask();
  vi.advanceTimersByTime(9_000);
  expect(left.deref()).toBeDefined();
  await nextTask();
  vi.advanceTimersByTime(2_000);
  expect(left.deref()).toBeUndefined();
});

function leftBehind(): WeakRef<object> {
  return new WeakRef({ module: "text" });
}

function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
