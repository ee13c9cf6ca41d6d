import Fastify from "fastify";
import { expect, test } from "vitest";
import { guardByToken } from "./api-tokens.ts";

test("one organization that calls without end is told how long to wait, and no other is", async () => {
  const app = Fastify();
  guardByToken(app, [{ organization: undefined, token: "t" }], () => {});
  app.get("/:organization", async () => ({}));
  const call = async (organization: string) =>
    await app.inject({ url: `/${organization}`, headers: { authorization: "Bearer t" } });
  const calls = await Promise.all(Array.from({ length: 200 }, () => call("ana")));
  const counts = Object.groupBy(calls, ({ statusCode }) => String(statusCode));
  expect(counts["200"]?.length).toBeLessThan(200);
  expect(counts["429"]?.[0]?.headers["retry-after"]).toBe("1");
  expect((await call("bia")).statusCode).toBe(200);
  await app.close();
});
