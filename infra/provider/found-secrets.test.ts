import { expect, test } from "vitest";
import { sealFound } from "./found-secrets.ts";
import { Secret } from "./values.ts";

const secret = (text: string) => new Secret(text);

test("a setting that nobody declared is secret when its name or its value may be a secret's", () => {
  const found = {
    OPENAI_API_KEY: "sk-1234",
    DB_PASS: "hunter22",
    CRM: "f3b1-77c0-ae",
    REDIS_URL: "rediss://default:x@y.upstash.io",
  };
  expect(sealFound(found, {})).toEqual({
    OPENAI_API_KEY: secret("sk-1234"),
    DB_PASS: secret("hunter22"),
    CRM: secret("f3b1-77c0-ae"),
    REDIS_URL: secret("rediss://default:x@y.upstash.io"),
  });
});

test("a switch, a number, a word and what is too short to protect anything stay in clear", () => {
  const found = {
    DEBUG: "true",
    PORT: "3001",
    NODE_ENV: "production",
    TIMEOUT: "1500ms",
    API_KEY: "dev",
    EMPTY: "",
  };
  expect(sealFound(found, undefined)).toEqual(found);
});

test("a declared setting is as its declaration has it, and another value of it is judged like any other", () => {
  const declared = { GREETING: "hello to everybody", MODEL: "gpt-4o-mini-2024" };
  expect(sealFound({ GREETING: "hello to everybody", MODEL: "gpt-5-turbo-2026" }, declared)).toEqual({
    GREETING: "hello to everybody",
    MODEL: secret("gpt-5-turbo-2026"),
  });
});

test("what is no settings, or secret as a whole, stays as it is", () => {
  expect(sealFound(secret("all of it"), {})).toEqual(secret("all of it"));
  expect(sealFound("text", {})).toBe("text");
});
