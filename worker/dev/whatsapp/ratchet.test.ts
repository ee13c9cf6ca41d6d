import { expect, test } from "vitest";
import { KeyRing } from "./keys.ts";
import { Ratchet } from "./ratchet.ts";

const A = "a:1";
const B = "b:1";

function couple(): [Ratchet, Ratchet] {
  return [new Ratchet("a", new KeyRing()), new Ratchet("b", new KeyRing())];
}

test("two that began at the same time understand each other in any order of arrival", async () => {
  const [a, b] = couple();
  await a.begin(B, b.keys.bundle());
  await b.begin(A, a.keys.bundle());
  for (let round = 0; round < 30; round++) {
    const toB = [await a.encrypt(B, Buffer.from(`a${round}`)), await a.encrypt(B, Buffer.from(`A${round}`))];
    const toA = await b.encrypt(A, Buffer.from(`b${round}`));
    const texts: string[] = [];
    for (const { type, ciphertext } of toB.toReversed())
      texts.push((await b.decrypt(A, type, ciphertext)).toString());
    texts.push((await a.decrypt(B, toA.type, toA.ciphertext)).toString());
    expect(texts).toEqual([`A${round}`, `a${round}`, `b${round}`]);
  }
});

test("what cannot be decrypted changes no session", async () => {
  const [a, b] = couple();
  const [, stranger] = couple();
  await a.begin(B, b.keys.bundle());
  const first = await a.encrypt(B, Buffer.from("first"));
  await b.decrypt(A, first.type, first.ciphertext);
  const reply = await b.encrypt(A, Buffer.from("reply"));
  await a.decrypt(B, reply.type, reply.ciphertext);

  await stranger.begin(B, b.keys.bundle());
  const foreign = await stranger.encrypt(B, Buffer.from("foreign"));
  const damaged = Buffer.from((await a.encrypt(B, Buffer.from("damaged"))).ciphertext);
  damaged.writeUInt8(damaged.readUInt8(damaged.length - 1) ^ 1, damaged.length - 1);
  await expect(b.decrypt(A, "msg", damaged)).rejects.toThrow("Bad MAC");
  await expect(a.decrypt(B, foreign.type, foreign.ciphertext)).rejects.toThrow("PreKey");

  const next = await a.encrypt(B, Buffer.from("next"));
  expect((await b.decrypt(A, next.type, next.ciphertext)).toString()).toBe("next");
});

test("the same ciphertext is decrypted once", async () => {
  const [a, b] = couple();
  await a.begin(B, b.keys.bundle());
  const { type, ciphertext } = await a.encrypt(B, Buffer.from("once"));
  await b.decrypt(A, type, ciphertext);
  await expect(b.decrypt(A, type, ciphertext)).rejects.toMatchObject({ name: "MessageCounterError" });
});

test("sessions without number are begun, and the last ones remain", async () => {
  const [a, b] = couple();
  for (let round = 0; round < 45; round++) {
    await a.begin(B, b.keys.bundle());
    const { type, ciphertext } = await a.encrypt(B, Buffer.from(`${round}`));
    expect((await b.decrypt(A, type, ciphertext)).toString()).toBe(`${round}`);
  }
});
