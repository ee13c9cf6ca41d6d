import { expect, test } from "vitest";
import { useRecord } from "../conversation/record-fixture.ts";
import { keysOf, leaveOut } from "./leaving-out.ts";
import { personOf } from "./person.ts";

const deploy = useRecord();
const BIA = "5511987654321";
const { named } = personOf([BIA]);

test("a list loses every entry, whatever its length and however often there are some", async () => {
  const { redis, keys } = deploy();
  const list = `${keys.prefix}:lane:ana:x`;
  const others = Array.from({ length: 1_200 }, (_, index) => `other ${index}`);
  const entries = [
    BIA,
    ...others.slice(0, 499),
    ...Array.from({ length: 700 }, () => BIA),
    ...others.slice(499),
    ...Array.from({ length: 600 }, (_, index) => `${BIA}@s.whatsapp.net ${index}`),
  ];
  await redis.rpush(list, ...entries);
  expect(await leaveOut(redis, [list], named, false)).toBe(1_301);
  expect(await leaveOut(redis, [list], named, true)).toBe(1_301);
  expect(await redis.lrange(list, 0, -1)).toEqual(others);
});

test("numbers and organizations that are a part of others, or have others as a part, stay", async () => {
  const { redis, keys } = deploy();
  const near = [`9${BIA}`, `${BIA}0`, BIA.slice(1), `x${BIA}1@lid`];
  const set = `${keys.prefix}:optouts:ana`;
  await redis.sadd(set, ...near, BIA, `${BIA}@lid`);
  await redis.set(`${keys.prefix}:optouts:ana-b`, BIA);
  await redis.set(`${keys.prefix}:optouts:an`, BIA);
  const found: string[] = [];
  for await (const some of keysOf(redis, keys.prefix, "ana")) found.push(...some);
  expect(found).toEqual([set]);
  expect(await leaveOut(redis, found, named, true)).toBe(2);
  expect((await redis.smembers(set)).toSorted()).toEqual(near.toSorted());
});
