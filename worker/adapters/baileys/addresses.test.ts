import { expect, test } from "vitest";
import { children } from "../../dev/whatsapp/node.ts";
import { useAdapter, type World } from "./adapter-fixture.ts";

const world = useAdapter();

/** WhatsApp tells nobody which LID and number belong together, until the returned function is called. */
function withheld(here: World): () => void {
  return here.simulator.onStanza(({ direction, node }) => {
    if (direction !== "to-client") return;
    if (node.tag === "message") {
      delete node.attrs["sender_lid"];
      delete node.attrs["sender_pn"];
    }
    for (const usync of children(node, "usync")) {
      for (const user of children(usync, "list").flatMap((list) => children(list, "user"))) {
        if (Array.isArray(user.content)) user.content = user.content.filter(({ tag }) => tag !== "lid");
      }
    }
  });
}

test("a chat that began by number, when nobody knew the LID, stays one when it is learned", async () => {
  const here = await world();
  const phone = here.simulator.phone();
  const contact = here.simulator.contact();
  const wire = await here.link(phone);
  const tell = withheld(here);
  contact.write(phone, "by number");
  await wire.until(() => wire.accepted.length === 1);
  expect(wire.accepted[0]!.chat).toBe(contact.jid);

  tell();
  contact.write(phone, "by number, with the LID");
  contact.write(phone, "by LID, with the number", { addressing: "lid" });
  await wire.until(() => wire.accepted.length === 3);
  expect(new Set(wire.accepted.map(({ chat }) => chat))).toEqual(new Set([contact.jid]));
  expect(await wire.connection!.resolve(contact.number)).toBe(contact.jid);
  await wire.deliver(contact.jid, "an answer");
  await contact.waitForMessage("an answer");

  // What comes from the LID alone, and to the next process.
  await wire.connection!.close();
  const next = await here.login();
  const stop = withheld(here);
  contact.write(phone, "by LID alone", { addressing: "lid" });
  await next.until(() => next.accepted.length === 1);
  stop();
  expect(next.accepted[0]!.chat).toBe(contact.jid);
  expect(contact.undecryptable).toEqual([]);
  expect(phone).toMatchObject({ nacks: [], retryReceipts: 0 });
});

test("a chat that began by LID, when nobody knew the number, stays one when it is learned", async () => {
  const here = await world();
  const phone = here.simulator.phone();
  const contact = here.simulator.contact();
  const wire = await here.link(phone);
  const tell = withheld(here);
  contact.write(phone, "by LID alone", { addressing: "lid" });
  await wire.until(() => wire.accepted.length === 1);
  tell();
  contact.write(phone, "by number, with the LID");
  contact.write(phone, "by LID, with the number", { addressing: "lid" });
  await wire.until(() => wire.accepted.length === 3);
  expect(new Set(wire.accepted.map(({ chat }) => chat))).toEqual(new Set([contact.lid]));
  expect(await here.unanswered({ lid: contact.lid })).toHaveLength(3);
});

test("the number of who writes is kept, whichever address they write from", async () => {
  const here = await world();
  const phone = here.simulator.phone();
  const contacts = (["pn", "lid"] as const).map((addressing) => ({
    addressing,
    contact: here.simulator.contact(),
  }));
  const wire = await here.link(phone);
  for (const { contact, addressing } of contacts) contact.write(phone, "oi", { addressing });
  await wire.until(() => wire.accepted.length === 2);
  for (const { contact } of contacts) {
    const known = await here.store.hget(`${here.keys.prefix}:contact:acme:${contact.lid}`, "number");
    expect(known).toBe(contact.number);
  }
});

test.each(["pn", "lid"] as const)("who is on the team is known by number (%s)", async (addressing) => {
  const here = await world();
  const phone = here.simulator.phone();
  const [member, customer] = [here.simulator.contact(), here.simulator.contact()];
  here.settings = { ...here.settings, team: [{ number: member.number, name: "Bia", owner: false }] };
  const wire = await here.link(phone);
  member.write(phone, "quanto vendemos?", { addressing });
  customer.write(phone, "tem pão?", { addressing });
  await wire.until(() => wire.accepted.length === 2);
  const who = async (chat: string) => {
    const lease = await here.lease("acme");
    const begun = await here.record.begin(lease, { organization: "acme", chat }, { attemptMs: 1_000 });
    return begun.kind === "think" ? begun.messages.map((message) => message.who) : begun.kind;
  };
  expect(await who(member.lid)).toEqual(["team"]);
  expect(await who(customer.lid)).toEqual([undefined]);
});
