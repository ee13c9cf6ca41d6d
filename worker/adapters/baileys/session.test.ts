import { afterEach, describe, expect, test, vi } from "vitest";
import type { Phone } from "../../dev/whatsapp/phone.ts";
import type { Logger } from "../../runtime/logging.ts";
import { organizationSettings } from "../../sessions/organization.ts";
import type { PairingEvent } from "../../sessions/pairing.ts";
import { Session } from "../../sessions/session.ts";
import type { ConnectionEvents, Ending, WhatsApp } from "../../sessions/whatsapp.ts";
import { useAdapter, type Talk, type TalkOptions, type World } from "./adapter-fixture.ts";

const world = useAdapter();

async function linked(options: TalkOptions = {}): Promise<{ here: World; phone: Phone; talk: Talk }> {
  const here = await world();
  const phone = here.simulator.phone();
  const talk = here.talk("acme", options);
  await talk.link(phone);
  return { here, phone, talk };
}

function closings({ logged }: World): unknown[] {
  return logged.filter(({ event }) => event === "whatsapp closed").map(({ fields }) => fields["reason"]);
}

describe("against WhatsApp", () => {
  test("a dropped connection is dialled again", async () => {
    const { here, phone, talk } = await linked();
    phone.drop();
    await here.until(() => talk.opened === 2);
    expect(talk.session.status).toBe("open");
    expect(talk.asked).toBe(0);
  });

  test("a replaced connection is not dialled again while the lease is another's", async () => {
    const { here, phone, talk } = await linked({ stillOurs: () => false });
    phone.kick();
    await here.until(() => talk.asked === 1);
    await phone.waitFor(() => phone.connections === 0);
    expect(talk.session.status).toBe("replaced");
    expect(talk.redials).toEqual([]);
    expect(phone.totalConnections).toBe(1);
  });

  test("a replaced connection is dialled again when the lease is ours, until the third time", async () => {
    const { here, phone, talk } = await linked();
    for (const login of [2, 3]) {
      phone.kick();
      await here.until(() => talk.opened === login);
      expect(talk.asked).toBe(login - 1);
    }
    phone.kick();
    await here.until(() => here.logged.some(({ event }) => event.includes("not redialling")));
    expect(talk.session.status).toBe("replaced");
    expect(talk.redials).toHaveLength(2);
    expect(phone.totalConnections).toBe(3);

    // A person who asks for a pairing says that the other one is gone.
    talk.pairing.length = 0;
    await talk.pair();
    await here.until(() => talk.opened === 4);
    expect(talk.pairing).toMatchObject([{ kind: "paired" }]);
  });

  test("a logged-out session is forgotten and can be linked anew", async () => {
    const { here, phone, talk } = await linked();
    phone.logOut();
    await here.until(() => closings(here).includes("logged-out"));
    await vi.waitUntil(() => talk.session.status === "unpaired", { timeout: 10_000 });
    expect(await here.store.exists(here.keys.credentials("acme"), here.keys.signalKeys("acme"))).toBe(0);
    expect(talk.redials).toEqual([]);

    talk.pairing.length = 0;
    await talk.pair();
    const { qr } = await here.until(() => talk.pairing.find((event) => event.kind === "qr"));
    await phone.scan(qr);
    await here.until(() => talk.opened === 2);
  });

  test("who asks to pair a linked session is told that it is linked", async () => {
    const { talk } = await linked();
    talk.pairing.length = 0;
    await talk.pair();
    expect(talk.pairing).toEqual([{ kind: "failed", reason: "acme is linked already (open)" }]);
  });
});

describe("with a WhatsApp that ends as told", () => {
  const log: Logger = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {} };
  const sessions: Session[] = [];

  afterEach(async () => {
    for (const session of sessions.splice(0)) await session.close();
    vi.useRealTimers();
  });

  function scripted({ paired = true } = {}) {
    vi.useFakeTimers();
    const dials: ConnectionEvents[] = [];
    const told: PairingEvent[] = [];
    const redials: number[] = [];
    const ends: string[] = [];
    const whatsapp: WhatsApp = {
      wipe: async () => {},
      linked: async () => paired,
      adopt: async () => {},
      knownAs: async (_organization, _lease, users) => new Set(users),
      forget: async () => {},
      connect: async ({ events, pairing }) => {
        if (!paired && !pairing) return undefined;
        dials.push(events);
        return {
          id: `${dials.length}`,
          open: false,
          send: async () => {},
          resolve: async () => undefined,
          typing: async () => {},
          read: async () => {},
          close: async () => {},
          terminate: () => {},
          logOut: async () => {},
        };
      },
    };
    const session = new Session({
      organization: "acme",
      lease: { shard: 1, owner: "me", epoch: "7" },
      whatsapp,
      log,
      settings: () => organizationSettings.parse({ name: "Padaria" }),
      redialMs: (failures) => {
        redials.push(failures);
        return 1_000;
      },
      stillOurs: async () => true,
      opened: () => {},
      disconnected: () => {},
      ended: async (_organization, _lease, reason) => void ends.push(reason),
      accepted: () => {},
      ack: () => {},
      receipt: () => {},
    });
    sessions.push(session);
    return { session, dials, told, redials, ends, pair: () => session.pair((event) => told.push(event)) };
  }

  test("a connection that keeps dropping is dialled at growing intervals, until one opens", async () => {
    const { session, dials, redials } = scripted();
    await session.start();
    for (let count = 1; count <= 4; count++) {
      expect(dials).toHaveLength(count);
      dials.at(-1)!.ended({ kind: "dropped", code: 428 });
      await vi.advanceTimersByTimeAsync(1_000);
    }
    expect(redials).toEqual([0, 1, 2, 3]);
    dials.at(-1)!.open("me");
    dials.at(-1)!.ended({ kind: "dropped", code: 428 });
    await vi.advanceTimersByTimeAsync(0);
    expect(redials.at(-1)).toBe(0);
  });

  test("each end is told with its reason, but not one that the store made: it would refuse that, too", async () => {
    const { session, dials, ends } = scripted();
    await session.start();
    dials.at(-1)!.ended({ kind: "dropped", code: 428 });
    await vi.advanceTimersByTimeAsync(1_000);
    dials.at(-1)!.ended({ kind: "store", error: new Error("refused") });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(ends).toEqual(["dropped"]);
    await session.close();
    expect(ends).toEqual(["dropped", "closed"]);
  });

  test("who follows a session is told that it is connected, at once if it is already", async () => {
    const { session, dials, told } = scripted();
    await session.start();
    session.follow((event) => told.push(event));
    expect(told).toEqual([]);
    dials[0]!.open("5511");
    expect(told).toEqual([{ kind: "paired", account: "5511" }]);
    session.follow((event) => told.push(event));
    expect(told).toHaveLength(2);
  });

  test.each<[Ending, string]>([
    [{ kind: "replaced" }, "another connection uses this number: is its process of before still running?"],
    [{ kind: "logged-out" }, "WhatsApp logged this device out"],
    [{ kind: "rejected", code: 403 }, "WhatsApp rejects this client with code 403"],
  ])("or why it will not be (%j)", async (ending, reason) => {
    const { session, dials, told } = scripted();
    await session.start();
    session.follow((event) => told.push(event));
    dials[0]!.ended(ending);
    await vi.advanceTimersByTimeAsync(0);
    expect(told).toEqual([{ kind: "failed", reason }]);
  });

  test("or that there is nothing to connect", async () => {
    const { session, told } = scripted({ paired: false });
    await session.start();
    session.follow((event) => told.push(event));
    expect(told).toEqual([{ kind: "failed", reason: "no phone is linked" }]);
  });

  test("a client that WhatsApp rejects is not dialled again", async () => {
    const { session, dials } = scripted();
    await session.start();
    dials[0]!.ended({ kind: "rejected", code: 403 });
    await vi.advanceTimersByTimeAsync(600_000);
    expect(dials).toHaveLength(1);
    expect(session.status).toBe("rejected");
  });

  test("a pairing that nobody scans ends with the reason, and another one can begin", async () => {
    const { session, dials, told, pair } = scripted({ paired: false });
    await session.start();
    expect(dials).toHaveLength(0);
    await pair();
    dials[0]!.qr("code");
    dials[0]!.ended({ kind: "not-scanned" });
    await vi.advanceTimersByTimeAsync(600_000);
    expect(told).toEqual([
      { kind: "qr", qr: "code" },
      { kind: "failed", reason: "nobody scanned the QR code in time" },
    ]);
    expect(session.status).toBe("unpaired");
    await pair();
    expect(dials).toHaveLength(2);
  });

  test("a pairing asked for while a redial is due dials once", async () => {
    const { session, dials, pair } = scripted();
    await session.start();
    dials[0]!.ended({ kind: "replaced" });
    await vi.advanceTimersByTimeAsync(500);
    await pair();
    await vi.advanceTimersByTimeAsync(600_000);
    expect(dials).toHaveLength(2);
  });
});
