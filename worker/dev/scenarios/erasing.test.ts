import { Redis } from "ioredis";
import { afterEach, expect, test } from "vitest";
import { keysOf } from "../../adapters/redis/keys.ts";
import { Sealing } from "../../adapters/redis/sealing.ts";
import { openedStore } from "../../privacy/opened-store-fixture.ts";
import { oxy } from "../oxy.ts";
import { echo, linked, useDeployments } from "./scenario-fixture.ts";

const TOKEN = "token-of-the-api-in-this-scenario-0123";

const deploy = useDeployments();
const clients: Redis[] = [];
afterEach(() => {
  for (const redis of clients.splice(0)) redis.disconnect();
});

async function running() {
  const deployment = await deploy({ answering: echo, environment: { OXY_API_TOKENS: `ana:${TOKEN}` } });
  // Two processes: what serves the API holds no number.
  const worker = deployment.worker({ OXY_ROLE: "worker" });
  const web = deployment.worker({ OXY_ROLE: "web" });
  await Promise.all([worker.ready(), web.ready()]);
  const [ana, bia] = await linked(deployment, ["ana", "bia"]);
  const redis = new Redis(deployment.redisUrl);
  clients.push(redis);
  const [id = "", base64 = ""] = deployment.environment["OXY_ENCRYPTION_KEYS"]?.split(/:(.*)/s) ?? [];
  const store = {
    redis,
    keys: keysOf(deployment.namespace),
    sealing: new Sealing([{ id, key: Buffer.from(base64, "base64") }]),
  };
  const listening = await web.logs(({ message }) => message === "listening");
  return { deployment, worker, ana: ana!, bia: bia!, store, api: String(listening["api"]) };
}

/** Digits of a contact, wherever they stand. */
function traces(
  lines: readonly string[],
  contact: { readonly number: string; readonly lid: string },
): string[] {
  const users = [contact.number, contact.lid].map((jid) => /\d+/.exec(jid)?.[0] ?? "none");
  return lines.filter((line) => users.some((user) => new RegExp(`(?<!\\d)${user}(?!\\d)`).test(line)));
}

test("who is erased is found nowhere in the store, not in the phone's session either, and is answered when they write again", async () => {
  const { deployment, ana, bia, store, api } = await running();
  const contact = deployment.whatsapp.contact();
  const other = deployment.whatsapp.contact();
  for (const phone of [ana, bia]) {
    for (const person of [contact, other]) {
      person.write(phone, "oi");
      await person.waitForMessage("re: oi");
    }
  }
  const before = await openedStore(store);
  const ofAna = (lines: string[]) => lines.filter((line) => /[ :]ana[ :"]/.test(line));
  const session = (lines: string[]) => lines.filter((line) => line.includes(":wa:ana:keys "));
  expect(traces(session(before), contact).length).toBeGreaterThan(2);

  const response = await fetch(`${api}/organizations/ana/contacts/${contact.number.replace(/\D.*/, "")}`, {
    method: "DELETE",
    headers: { authorization: `Bearer ${TOKEN}` },
  });
  expect(await response.json()).toMatchObject({ outcome: "erased" });
  const after = await openedStore(store);
  expect(traces(ofAna(after), contact)).toEqual([]);
  expect(traces(session(after), other)).toEqual(traces(session(before), other));
  expect(traces(after, contact).length).toBeGreaterThan(0);

  // As a stranger: their phone has a session that ours forgot, and mends it.
  contact.write(ana, "ainda está aí?");
  await contact.waitForMessage("re: ainda está aí?");
  other.write(ana, "e eu?");
  await other.waitForMessage("re: e eu?");
});

test("an organization that is erased is unlinked at WhatsApp and leaves nothing, and the other one goes on", async () => {
  const { deployment, ana, bia, store } = await running();
  const contact = deployment.whatsapp.contact();
  contact.write(ana, "oi");
  await contact.waitForMessage("re: oi");
  const found: unknown[] = [];
  for await (const answer of oxy(["erase", "organization", "ana", "--dry-run"], deployment.environment))
    found.push(answer);
  expect(found).toMatchObject([{ kind: "done", loggedOut: "no" }]);
  expect(ana.online).toBe(true);

  const done: unknown[] = [];
  for await (const answer of oxy(["erase", "organization", "ana", "--yes"], deployment.environment))
    done.push(answer);
  expect(done).toMatchObject([{ kind: "done", loggedOut: "yes" }]);
  await ana.waitFor(() => !ana.online);
  expect((await openedStore(store)).filter((line) => /(?<![\w-])ana(?![\w-])/.test(line))).toEqual([]);
  await expect(deployment.pair("ana")).rejects.toThrow("add it first");

  contact.write(bia, "e aqui?");
  await contact.waitForMessage("re: e aqui?");
});
