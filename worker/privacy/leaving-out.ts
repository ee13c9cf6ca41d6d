import type { ChainableCommander, Redis } from "ioredis";

/** Keys, or entries of one, that are read in one go. */
const AT_ONCE = 500;

/** Every key of an organization: its id is the second word after the deployment's. */
export async function* keysOf(redis: Redis, prefix: string, organization: string): AsyncGenerator<string[]> {
  let cursor = "0";
  do {
    const [next, found] = await redis.scan(cursor, "MATCH", `${prefix}:*:${organization}*`, "COUNT", AT_ONCE);
    cursor = next;
    const own = found.filter((key) => key.slice(prefix.length + 1).split(":")[1] === organization);
    if (own.length > 0) yield own;
  } while (cursor !== "0");
}

/**
 * Leaves out of these keys whatever a pattern finds: a key that is named so, a string, an entry of a list, a member, a
 * field. Each change is one command, and the same again changes nothing.
 * @param acts false to find out alone
 * @returns how much that was
 */
export async function leaveOut(
  redis: Redis,
  keys: readonly string[],
  pattern: RegExp,
  acts: boolean,
): Promise<number> {
  const named = keys.filter((key) => pattern.test(key));
  const others = keys.filter((key) => !pattern.test(key));
  let count = named.length === 0 || !acts ? named.length : await redis.unlink(...named);
  const types = await pipelined<string>(redis, others, (pipeline, key) => pipeline.type(key));
  const ofType = (type: string): string[] => others.filter((_, index) => types[index] === type);
  const strings = ofType("string");
  const texts = await pipelined<string | null>(redis, strings, (pipeline, key) => pipeline.get(key));
  const found = strings.filter((_, index) => pattern.test(texts[index] ?? ""));
  count += found.length === 0 || !acts ? found.length : await redis.unlink(...found);
  for (const key of ofType("hash")) count += await fromHash(redis, key, pattern, acts);
  for (const key of ofType("set")) count += await fromSet(redis, key, pattern, acts);
  for (const key of ofType("zset")) count += await fromSortedSet(redis, key, pattern, acts);
  for (const key of ofType("list")) count += await fromList(redis, key, pattern, acts);
  return count;
}

async function fromHash(redis: Redis, key: string, pattern: RegExp, acts: boolean): Promise<number> {
  return await scanned(
    (cursor) => redis.hscan(key, cursor, "COUNT", AT_ONCE),
    async (flat) => {
      const fields = flat.filter(
        (field, index) => index % 2 === 0 && (pattern.test(field) || pattern.test(flat[index + 1] ?? "")),
      );
      return fields.length === 0 || !acts ? fields.length : await redis.hdel(key, ...fields);
    },
  );
}

async function fromSet(redis: Redis, key: string, pattern: RegExp, acts: boolean): Promise<number> {
  return await scanned(
    (cursor) => redis.sscan(key, cursor, "COUNT", AT_ONCE),
    async (members) => {
      const named = members.filter((member) => pattern.test(member));
      return named.length === 0 || !acts ? named.length : await redis.srem(key, ...named);
    },
  );
}

async function fromSortedSet(redis: Redis, key: string, pattern: RegExp, acts: boolean): Promise<number> {
  return await scanned(
    (cursor) => redis.zscan(key, cursor, "COUNT", AT_ONCE),
    async (flat) => {
      const named = flat.filter((member, index) => index % 2 === 0 && pattern.test(member));
      return named.length === 0 || !acts ? named.length : await redis.zrem(key, ...named);
    },
  );
}

async function fromList(redis: Redis, key: string, pattern: RegExp, acts: boolean): Promise<number> {
  let count = 0;
  for (let from = 0; ; from += AT_ONCE) {
    const entries = await redis.lrange(key, from, from + AT_ONCE - 1);
    const named = entries.filter((entry) => pattern.test(entry));
    if (!acts) count += named.length;
    for (const entry of acts ? new Set(named) : []) {
      const removed = await redis.lrem(key, 0, entry);
      // Those behind have moved up; of some that were the same, all the same are gone.
      from = Math.max(from - removed, -AT_ONCE);
      count += removed;
    }
    if (entries.length < AT_ONCE) return count;
  }
}

async function scanned(
  scan: (cursor: string) => Promise<[cursor: string, found: string[]]>,
  take: (found: string[]) => Promise<number>,
): Promise<number> {
  let [cursor, count] = ["0", 0];
  do {
    const [next, found] = await scan(cursor);
    cursor = next;
    count += await take(found);
  } while (cursor !== "0");
  return count;
}

async function pipelined<Reply>(
  redis: Redis,
  keys: readonly string[],
  command: (pipeline: ChainableCommander, key: string) => void,
): Promise<Reply[]> {
  if (keys.length === 0) return [];
  const pipeline = redis.pipeline();
  for (const key of keys) command(pipeline, key);
  return ((await pipeline.exec()) ?? []).map(([error, reply]) => {
    if (error) throw error;
    return reply as Reply;
  });
}
