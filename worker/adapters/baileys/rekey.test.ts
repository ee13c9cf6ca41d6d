import { afterEach, expect, test, vi } from "vitest";
import { useAdapter } from "./adapter-fixture.ts";
import { readable, secretsOf } from "./secrets-fixture.ts";

const world = useAdapter();

afterEach(() => {
  vi.restoreAllMocks();
});

test.each([
  // Told, Baileys replaces the session, which libsignal prints; else the contact asks for the message again.
  ["and WhatsApp tells", true, ["Closing session:"]],
  ["and nobody tells", false, []],
])(
  "a contact installs anew %s: the talk goes on both ways, and no key is printed",
  async (_, told, prints) => {
    let printed = "";
    for (const stream of [process.stdout, process.stderr]) {
      vi.spyOn(stream, "write").mockImplementation((chunk) => {
        printed += String(chunk);
        return true;
      });
    }
    const here = await world({ latencyMs: 5 });
    const phone = here.simulator.phone();
    const contact = here.simulator.contact();
    const talk = here.talk();
    await talk.link(phone);
    contact.write(phone, "first");
    await talk.enqueue(contact.lid, ["first answer"], "1");
    await contact.waitForMessage("first answer");
    await here.until(() => talk.accepted.length === 1);
    const secrets = await secretsOf(here);

    for (const round of ["second", "third"]) {
      contact.rekey(told ? { notify: [phone] } : {});
      await talk.enqueue(contact.lid, [`${round} answer`], round);
      await contact.waitForMessage(`${round} answer`);
      secrets.push(...(await secretsOf(here)));
      contact.write(phone, round);
      await here.until(() => talk.accepted.length === (round === "second" ? 2 : 3));
    }
    await phone.waitFor(() => phone.pending === 0);
    secrets.push(...(await secretsOf(here)));

    expect(await here.unanswered(contact)).toEqual(["first", "second", "third"]);
    expect(contact.displayed.map(({ text }) => text)).toEqual([
      "first answer",
      "second answer",
      "third answer",
    ]);
    expect(phone.nacks).toEqual([]);
    const words = here.logged.filter(({ event }) => event === "console").map(({ fields }) => fields["words"]);
    expect(words).toEqual(expect.arrayContaining(prints));
    expect(readable(printed + JSON.stringify(here.logged), secrets)).toEqual([]);
  },
);

test("what libsignal would print of a session would be found", async () => {
  const here = await world();
  await here.link(here.simulator.phone());
  const [secret] = await secretsOf(here);
  const { inspect } = await import("node:util");
  expect(readable(inspect({ privKey: secret }), [secret!])).toHaveLength(1);
  expect(readable(JSON.stringify({ privKey: secret!.toString("base64") }), [secret!])).toHaveLength(1);
});
