import { expect, test, vi } from "vitest";
import type { Logger } from "../runtime/logging.ts";
import type { Lease } from "./lease.ts";
import type { Organizations } from "./organizations.ts";
import { Sessions } from "./sessions.ts";
import { shardOf } from "./shards.ts";
import type { Connection, WhatsApp } from "./whatsapp.ts";

const nothing = (): void => {};
const log: Logger = { error: nothing, warn: nothing, info: nothing, debug: nothing };
const leaseOf = (epoch: string): Lease => ({ shard: shardOf("ana"), owner: "this", epoch });

/** Sessions whose sockets take until `closed` to close. */
function sessionsOf() {
  const closed = Promise.withResolvers<void>();
  const close = vi.fn<Connection["close"]>(() => closed.promise);
  const connection = { id: "socket", open: true, close, terminate: nothing };
  const sessions = new Sessions({
    whatsapp: { connect: async () => connection } as unknown as WhatsApp,
    organizations: {} as unknown as Organizations,
    log,
    lease: () => undefined,
    stillOurs: async () => true,
    opened: nothing,
    disconnected: nothing,
    ended: async () => {},
    accepted: nothing,
    ack: nothing,
    receipt: nothing,
  });
  return { sessions, close, closed };
}

test("a session that comes while the one before it is being closed stays, and is not closed with it", async () => {
  const { sessions, close, closed } = sessionsOf();
  await sessions.open("ana", leaseOf("1"));
  const closing = sessions.close([leaseOf("1")]);
  const next = await sessions.open("ana", leaseOf("2"));
  closed.resolve();
  await closing;
  await sessions.close([leaseOf("1")]);
  expect(sessions.of("ana")).toBe(next);
  expect(close).toHaveBeenCalledOnce();
  await sessions.close([leaseOf("2")]);
  expect(sessions.all).toEqual([]);
});

test("what was closed for a while is opened again, unless its shard went meanwhile", async () => {
  const { sessions, closed } = sessionsOf();
  closed.resolve();
  const first = await sessions.open("ana", leaseOf("1"));
  await sessions.whileClosed("ana", leaseOf("1"), async () => {
    expect(first.status).toBe("closed");
  });
  const again = sessions.of("ana");
  expect(again).not.toBe(first);
  await sessions.whileClosed("ana", leaseOf("1"), async () => sessions.lost([leaseOf("1")]));
  expect(sessions.all).toEqual([]);
  // Nobody's session is opened by it.
  await sessions.whileClosed("ana", leaseOf("1"), async () => {});
  expect(sessions.all).toEqual([]);
});
