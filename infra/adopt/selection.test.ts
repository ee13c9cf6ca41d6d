import { expect, test } from "vitest";
import { database, REDIS_URL, web, worker } from "./found-fixture.ts";
import { NotChosen, select, type Named } from "./selection.ts";

const one = worker({ id: "srv-one", name: "one" });
const other = worker({ id: "srv-other", name: "other" });

function refusal(...args: Parameters<typeof select>): NotChosen {
  try {
    select(...args);
  } catch (error) {
    if (error instanceof NotChosen) return error;
    throw error;
  }
  throw new Error("expected a refusal");
}

test("the only ones of their kind are taken, and the database that REDIS_URL points at, each as a guess", () => {
  const elsewhere = database({ database_id: "other-database", endpoint: "proud-dog-2" });
  expect(select([web(), worker()], [elsewhere, database()], {})).toMatchObject({
    web: { thing: { service: { name: "web" } }, guess: "it is the only web service" },
    worker: { thing: { service: { name: "worker" } }, guess: "it is the only background worker" },
    database: { thing: { database_name: "whatsapp" }, guess: "REDIS_URL of worker points at it" },
  });
});

test("what was named is taken, and is no guess", () => {
  const named: Named = { web: web().service.id, worker: "srv-other", database: database().database_id };
  expect(select([web(), one, other], [database()], named)).toEqual({
    web: { thing: web() },
    worker: { thing: other },
    database: { thing: database() },
  });
});

test("among several, the one whose settings say so is guessed", () => {
  const site = web({ id: "srv-site", name: "site", environment: {} });
  expect(select([site, web(), worker()], [database()], {}).web).toMatchObject({
    thing: { service: { name: "web" } },
    guess: "its REDIS_URL is the worker's",
  });
  const cleaner = worker({ id: "srv-cleaner", name: "cleaner", environment: {} });
  expect(select([web(), worker(), cleaner], [database()], {}).worker).toMatchObject({
    guess: "it is the only background worker with a REDIS_URL",
  });
});

test("among several that could be it, somebody has to say which", () => {
  const { message, option, choices } = refusal([web(), one, other], [database()], {});
  expect(message).toBe(
    "--worker: expected the id of a background worker, because there are several (one srv-one, other srv-other), got nothing",
  );
  expect(option).toBe("worker");
  expect(choices).toMatchObject([{ id: "srv-one" }, { id: "srv-other" }]);
});

test("without a worker, or with none, the web service does everything", () => {
  expect(select([web()], [database()], {})).not.toHaveProperty("worker");
  expect(select([web(), one, other], [database()], { worker: "none" })).not.toHaveProperty("worker");
});

test("what cannot become a fleet is refused with what there is", () => {
  const wrong = refusal([web(), worker()], [database()], { web: worker().service.id });
  expect(wrong.message).toBe(
    "--web: expected the id of a web service (web srv-web0000000000000000a), got srv-worker0000000000000a",
  );
  expect(refusal([worker()], [database()], {}).message).toMatch(/^expected a web service, .* got none$/);
  const far = worker({ details: { region: "frankfurt" } });
  expect(refusal([web(), far], [database()], {}).message).toMatch(
    /^expected services of one region, .* got virginia and frankfurt/,
  );
});

test("a store that is not there to be taken over is refused, and its password is in no sentence", () => {
  const sentences = [
    refusal([web(), worker()], undefined, {}).message,
    refusal([web(), worker()], [database({ endpoint: "proud-dog-2" })], {}).message,
    refusal([web(), worker({ environment: {} })], [database()], {}).message,
    refusal([web(), worker()], [database()], { database: "gone-database" }).message,
  ];
  expect(sentences).toEqual([
    expect.stringMatching(/^UPSTASH_EMAIL and UPSTASH_API_KEY: expected the credentials/),
    expect.stringMatching(
      /^--database: expected REDIS_URL of worker to point at .* got calm-cat-1[.]upstash[.]io;/,
    ),
    expect.stringMatching(/^--database: expected the id of a database, because worker has no REDIS_URL/),
    expect.stringMatching(/^--database: expected the id of a database of this .* got gone-database$/),
  ]);
  expect(sentences.join(" ")).not.toContain(new URL(REDIS_URL).password);
});
