import { expect, test, vi } from "vitest";
import { shardOf } from "./shards.ts";
import type { PairingEvent } from "./pairing.ts";
import { Session } from "./session.ts";
import type { Connection, ConnectionContext, WhatsApp } from "./whatsapp.ts";

const nothing = (): void => {};
const NUMBER = "5511987654321";

interface Dialled extends ConnectionContext {
  readonly terminate: ReturnType<typeof vi.fn>;
}

/** A session of a number that is not linked, and what it dialled; `reached` is awaited by each dial that is a pairing. */
function sessionOf(reached: Promise<void> = Promise.resolve()) {
  const dialled: Dialled[] = [];
  const told: PairingEvent[] = [];
  const connect: WhatsApp["connect"] = async (context) => {
    if (!context.pairing) return undefined;
    const terminate = vi.fn<() => void>(() => context.events.ended({ kind: "closed" }));
    dialled.push({ ...context, terminate });
    await reached;
    return { id: `${dialled.length}`, open: false, terminate } as unknown as Connection;
  };
  const session = new Session({
    organization: "ana",
    lease: { shard: shardOf("ana"), owner: "this", epoch: "1" },
    whatsapp: { connect } as unknown as WhatsApp,
    log: { error: nothing, warn: nothing, info: nothing, debug: nothing },
    settings: () => {
      throw new Error("not asked");
    },
    stillOurs: async () => true,
    redialMs: () => 0,
    opened: nothing,
    disconnected: nothing,
    ended: async () => {},
    accepted: nothing,
    ack: nothing,
    receipt: nothing,
  });
  const pair = (number?: string): Promise<void> => session.pair((event) => told.push(event), number);
  return { session, dialled, told, pair };
}

test("who asks for the other way of linking while it is being dialled gets that one, and one socket at a time", async () => {
  const reached = Promise.withResolvers<void>();
  const { session, dialled, told, pair } = sessionOf(reached.promise);
  await session.start();
  expect(session.status).toBe("unpaired");
  const first = pair();
  await pair(NUMBER);
  expect(told).toEqual([{ kind: "failed", reason: "another pairing was asked for" }]);
  expect(dialled.map(({ number }) => number)).toEqual([undefined]);
  reached.resolve();
  await first;
  expect(dialled[0]!.terminate).toHaveBeenCalledOnce();
  await vi.waitFor(() => expect(dialled.map(({ number }) => number)).toEqual([undefined, NUMBER]));
  expect(dialled[1]!.terminate).not.toHaveBeenCalled();
  session.terminate();
});

test("what is to be scanned and nobody waits for is not offered any longer", async () => {
  const { session, dialled, told, pair } = sessionOf();
  await session.start();
  await pair();
  const [{ events, terminate }] = dialled as [Dialled];
  events.qr("one");
  expect(terminate).not.toHaveBeenCalled();
  events.paired("55@lid");
  events.qr("two");
  expect(terminate).toHaveBeenCalledOnce();
  session.terminate();
  expect(told).toEqual([
    { kind: "qr", qr: "one" },
    { kind: "paired", account: "55@lid" },
  ]);
});
