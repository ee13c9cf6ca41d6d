import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Redis } from "ioredis";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startRedisServer, type RedisServer } from "../../dev/redis-server.ts";
import { Script } from "./script.ts";

let server: RedisServer;
let redis: Redis;
let directory: string;

beforeAll(async () => {
  server = await startRedisServer();
  redis = new Redis(server.url);
  directory = await mkdtemp(join(tmpdir(), "script-"));
});

afterAll(async () => {
  redis.disconnect();
  await server.stop();
  await rm(directory, { recursive: true });
});

async function script(...sources: readonly string[]): Promise<Script> {
  const files = sources.map((_source, index) => join(directory, `${index}.lua`));
  await Promise.all(files.map((file, index) => writeFile(file, sources[index]!)));
  return new Script(
    "test",
    files.map((file) => pathToFileURL(file)),
  );
}

/** How often each kind of call reached the server. */
async function calls(): Promise<Record<string, number>> {
  const found = (await redis.info("commandstats")).matchAll(/cmdstat_(evalsha|eval):calls=(\d+)/g);
  return Object.fromEntries([...found].map(([, name = "", count]) => [name, Number(count)]));
}

test("the files are one script, with keys and arguments", async () => {
  const both = await script(
    "local function twice(text) return text .. text end",
    "return twice(KEYS[1] .. ARGV[1])",
  );
  expect(await both.run(redis, ["k"], [7])).toBe("k7k7");
});

test("the text is sent only where the server does not know it, and again after it forgot", async () => {
  const once = await script("return 'sent once'");
  await redis.config("RESETSTAT");
  for (let call = 0; call < 3; call++) expect(await once.run(redis, [], [])).toBe("sent once");
  expect(await calls()).toEqual({ evalsha: 3, eval: 1 });
  await redis.script("FLUSH");
  expect(await once.run(redis, [], [])).toBe("sent once");
  expect(await calls()).toEqual({ evalsha: 4, eval: 2 });
});

test("an error of the script is not answered by sending it again", async () => {
  const broken = await script("return redis.error_reply('BROKEN on purpose')");
  await redis.script("LOAD", "return redis.error_reply('BROKEN on purpose')");
  await redis.config("RESETSTAT");
  await expect(broken.run(redis, [], [])).rejects.toThrow("BROKEN on purpose");
  expect(await calls()).toEqual({ evalsha: 1 });
});
