import { expect, test, vi } from "vitest";
import { useRecord, type Deployment } from "../conversation/record-fixture.ts";
import { OwnerRequests } from "./owner-requests.ts";

const deploy = useRecord();
const contact = (number: string) =>
  ({ verb: "erase contact", organization: "ana", contact: { number } }) as const;

/** What owners are asked for, once it is so many. */
async function asked({ redis, keys }: Deployment, count: number): Promise<[id: string, number: string][]> {
  const found = await vi.waitUntil(async () => {
    const requests = Object.entries(await redis.hgetall(keys.requests));
    return requests.length === count && requests;
  });
  return found.map(([id, json]) => [id, (JSON.parse(json) as ReturnType<typeof contact>).contact.number]);
}

async function answer({ redis, keys }: Deployment, id: string, said: object): Promise<void> {
  await redis.rpush(keys.answers(id), JSON.stringify(said));
}

test("each is told what the owner answered, and of one organization few are asked at once", async () => {
  const deployment = deploy();
  const owners = new OwnerRequests(deployment);
  const asking = ["1", "2", "3", "4"].map((number) => owners.ask(contact(number)));
  const requests = await asked(deployment, 4);
  await expect(owners.ask(contact("5"))).rejects.toThrow(
    "erase contact: expected at most 4 at once of ana, got one more",
  );
  const other = owners.ask({ verb: "erase organization", organization: "bia" });
  for (const [id, number] of requests) await answer(deployment, id, { kind: "done", entries: number });
  expect(await Promise.all(asking)).toEqual(["1", "2", "3", "4"].map((entries) => ({ entries })));

  const both = Promise.allSettled([owners.ask(contact("5")), other]);
  const left = await vi.waitUntil(async () => {
    const ids = await deployment.redis.hkeys(deployment.keys.requests);
    return ids.length === 2 && ids;
  });
  for (const id of left) await answer(deployment, id, { kind: "failed", reason: "the lease went" });
  for (const settled of await both)
    expect(settled).toMatchObject({ status: "rejected", reason: { message: "the lease went" } });
  expect(await deployment.redis.hlen(deployment.keys.requests)).toBe(0);
});
