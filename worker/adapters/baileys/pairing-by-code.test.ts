import { expect, test } from "vitest";
import { useAdapter } from "./adapter-fixture.ts";

const world = useAdapter();

test("a phone is linked by the code that is typed there, and logs in", async () => {
  const here = await world();
  const phone = here.simulator.phone();
  const wire = await here.connect("acme", { number: phone.number });
  const code = await wire.until(() => wire.codes[0]);
  expect(code).toMatch(/^[0-9A-Z]{8}$/);
  expect(wire.qrs).toEqual([]);
  await here.simulator.waitFor(() => here.simulator.asksForCode(phone));
  await phone.enterCode(code);
  await wire.until(() => wire.ending?.kind === "restart");
  expect(wire.accounts).toHaveLength(1);
  await here.login();
  expect(phone).toMatchObject({ connections: 1, refusedLogins: 0 });
});

test("a connection that drops before the code is typed asks for a new one, and attempts no login", async () => {
  const here = await world();
  const phone = here.simulator.phone();
  const wire = await here.connect("acme", { number: phone.number });
  await wire.until(() => wire.codes[0]);
  wire.connection!.terminate();
  await wire.until(() => wire.ending);

  const again = await here.connect("acme", { number: phone.number });
  const code = await again.until(() => again.codes[0]);
  await here.simulator.waitFor(() => here.simulator.asksForCode(phone));
  await phone.enterCode(code);
  await again.until(() => again.ending?.kind === "restart");
  expect(phone.refusedLogins).toBe(0);
  // By QR, too: nothing of the number that asked is left.
  expect(await here.whatsapp.linked("acme", await here.lease("acme"))).toBe(true);
});

test("after a code that nobody typed a phone can be linked by QR", async () => {
  const here = await world();
  const [asked, other] = [here.simulator.phone(), here.simulator.phone()];
  const wire = await here.connect("acme", { number: asked.number });
  await wire.until(() => wire.codes[0]);
  await wire.connection!.close();
  expect(await here.whatsapp.linked("acme", await here.lease("acme"))).toBe(false);
  await here.link(other);
  expect(other.connections).toBe(1);
  expect(asked.linked).toBe(false);
});

test("who asks for a code while a QR is shown gets one, and the other way round", async () => {
  const here = await world();
  const phone = here.simulator.phone();
  const talk = here.talk();
  await talk.start();
  await talk.pair();
  await here.until(() => talk.pairing.find(({ kind }) => kind === "qr"));
  await talk.pair(phone.number);
  expect(talk.pairing).toContainEqual({ kind: "failed", reason: "another pairing was asked for" });
  await here.until(() => talk.pairing.find(({ kind }) => kind === "code"));
  await talk.pair();
  await here.until(() => talk.pairing.at(-1)?.kind === "qr");
  await talk.pair(phone.number);
  const code = await here.until(() => {
    const last = talk.pairing.at(-1);
    return last?.kind === "code" ? last.code : undefined;
  });
  await here.simulator.waitFor(() => here.simulator.asksForCode(phone));
  await phone.enterCode(code);
  await here.until(() => talk.opened === 1);
  expect(talk.pairing.at(-1)?.kind).toBe("paired");
});
