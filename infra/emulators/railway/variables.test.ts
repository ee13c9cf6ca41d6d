import { expect, test } from "vitest";
import { rendered, variablesIn, type Variables } from "./variables.ts";

const SERVICES: Readonly<Record<string, Variables>> = {
  "oxy-redis": {
    REDIS_PASSWORD: "secret",
    REDIS_URL: "redis://:${{REDIS_PASSWORD}}@${{RAILWAY_PRIVATE_DOMAIN}}:6379",
    RAILWAY_PRIVATE_DOMAIN: "127.1.2.3",
  },
};

function render(value: string): string | undefined {
  const own = { VALUE: value, NAME: "web" };
  return rendered(own, "web", (service) => (service === "web" ? own : SERVICES[service]))["VALUE"];
}

test.each([
  ["plain", "plain"],
  ["${{NAME}}-1", "web-1"],
  ["${{ oxy-redis.REDIS_URL }}", "redis://:secret@127.1.2.3:6379"],
  ["${{nobody.REDIS_URL}}", ""],
  ["${{oxy-redis.NOTHING}}", ""],
  ["$NAME ${NAME}", "$NAME ${NAME}"],
])("%s is %s", (value, expected) => {
  expect(render(value)).toBe(expected);
});

test("references in a circle are refused", () => {
  expect(() => render("${{VALUE}}")).toThrow("Variable references form a cycle");
});

test("what is no text is refused", () => {
  expect(() => variablesIn({ A: 1 })).toThrow("Invalid value of variable A");
});
