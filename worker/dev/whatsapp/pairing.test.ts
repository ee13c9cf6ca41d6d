import { expect, test } from "vitest";
import { startWhatsAppSimulator } from "./simulator.ts";
import { Stage } from "./stage.ts";
import { newAccount, StockClient } from "./stock-client.ts";

const stage = new Stage();

test("a client pairs by QR, is told to restart, and logs in", async () => {
  const phone = stage.simulator.phone({ number: "4915110000001", lid: "99887766", name: "Ada" });
  const account = await stage.pair(phone);
  expect(account.creds.me).toEqual({
    id: "4915110000001:1@s.whatsapp.net",
    lid: "99887766:1@lid",
    name: "Ada",
  });

  const client = await stage.login(account);
  expect(client.open).toBe(true);
  expect(phone.connections).toBe(1);
  expect(phone.preKeys).toBeGreaterThan(100);
});

test("a second login needs no QR and uploads no further keys", async () => {
  const phone = stage.simulator.phone();
  const client = await stage.linked(phone);
  const keys = phone.preKeys;
  await client.stop();
  await phone.waitFor(() => phone.connections === 0);

  const again = await stage.login(client.account);
  expect(again.qr).toBeUndefined();
  expect(phone.preKeys).toBe(keys);
  expect(phone).toMatchObject({ totalConnections: 2, maxConnections: 1, conflicts: 0 });
});

test("a QR code that nobody shows is refused", async () => {
  const phone = stage.simulator.phone();
  await expect(phone.scan("https://wa.me/settings/linked_devices#2@x,a,b,c,1")).rejects.toThrow("not valid");
});

test("a QR code is good for one phone", async () => {
  const client = stage.start();
  const qr = await client.waitFor(() => client.qr);
  await stage.simulator.phone().scan(qr);
  await expect(stage.simulator.phone().scan(qr)).rejects.toThrow("not valid");
});

test("a QR code is refused when its time is over", async () => {
  const strict = await startWhatsAppSimulator({ qrRefMs: 0 });
  const client = new StockClient(strict, newAccount());
  const qr = await client.waitFor(() => client.qr);
  await expect(strict.phone().scan(qr)).rejects.toThrow("not valid");
  await client.stop();
  await strict.close();
});

test("a client with another Noise key may not log in", async () => {
  const phone = stage.simulator.phone();
  const account = await stage.pair(phone);
  const { noiseKey } = newAccount().creds;
  const client = stage.start({ ...account, creds: { ...account.creds, noiseKey } });
  await client.waitFor(() => client.closed === 401);
  expect(phone.totalConnections).toBe(0);
});

test("a phone paired again leaves its former companion logged out", async () => {
  const phone = stage.simulator.phone();
  const former = await stage.linked(phone);
  const latter = await stage.linked(phone);
  await former.waitFor(() => former.closed === 401);
  expect(latter.account.creds.me?.id).toContain(":2@");
});

test("a client pairs by code", async () => {
  const phone = stage.simulator.phone();
  const client = stage.start();
  await client.waitFor(() => client.qr);
  const code = await client.socket.requestPairingCode(phone.number);
  await stage.simulator.waitFor(() => stage.simulator.asksForCode(phone));
  await phone.enterCode(code);
  await client.waitFor(() => client.closed === 515);
  await stage.login(client.account);
  expect(phone.connections).toBe(1);
});

test("a wrong code pairs nobody", async () => {
  const phone = stage.simulator.phone();
  const client = stage.start();
  await client.waitFor(() => client.qr);
  await client.socket.requestPairingCode(phone.number, "ABCDEFGH");
  await stage.simulator.waitFor(() => stage.simulator.asksForCode(phone));
  await expect(phone.enterCode("HGFEDCBA")).rejects.toThrow("wrong");
  expect(phone.linked).toBe(false);
});
