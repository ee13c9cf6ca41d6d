import fc from "fast-check";
import { expect, test } from "vitest";
import { useRecord } from "../conversation/record-fixture.ts";
import { CampaigningNumber, phoneOf } from "./campaigns-fixture.ts";

const deploy = useRecord();
const RECIPIENTS = 12;

/** What may happen while a campaign goes out; `who` picks among what there is. */
type Event =
  | { readonly kind: "look" | "expand" | "crash" | "crash while sending" | "pause" | "resume" | "cancel" }
  | { readonly kind: "ack" | "refuse" | "write" | "opt out" | "lose number"; readonly who: number };

const who = fc.integer({ min: 0, max: RECIPIENTS - 1 });
const named = (kind: Extract<Event, { who: number }>["kind"]) => who.map((of) => ({ kind, who: of }));
const plain = (...kinds: Exclude<Event, { who: number }>["kind"][]) =>
  fc.constantFrom(...kinds.map((kind) => ({ kind })));
const events = (cancels: boolean) =>
  fc.array(
    fc.oneof(
      { weight: 6, arbitrary: plain("look") },
      { weight: 6, arbitrary: named("ack") },
      { weight: 3, arbitrary: plain("expand", "crash", "crash while sending", "pause", "resume") },
      { weight: 2, arbitrary: fc.oneof(named("write"), named("lose number")) },
      { weight: 1, arbitrary: fc.oneof(named("refuse"), named("opt out")) },
      { weight: cancels ? 1 : 0, arbitrary: plain("cancel") },
    ),
    { maxLength: 60 },
  );

test("whatever happens in whatever order, everybody gets a campaign at most once, and exactly once when it is done", async () => {
  await fc.assert(
    fc.asyncProperty(events(true), async (happened) => {
      const world = await World.begin();
      for (const event of happened) await world.happen(event);
      await world.finish();
      await world.judge();
    }),
    { numRuns: 60 },
  );
});

test("a campaign that is not cancelled is done in the end", async () => {
  await fc.assert(
    fc.asyncProperty(events(false), async (happened) => {
      const world = await World.begin();
      for (const event of happened) await world.happen(event);
      await world.finish();
      await world.judge();
      expect((await world.padaria.progress()).state).toBe("done");
    }),
    { numRuns: 40 },
  );
});

/** A campaign that goes out, and what is known of it beside the store. */
class World {
  readonly padaria: CampaigningNumber;
  readonly #acked = new Set<string>();
  readonly #refused = new Set<string>();
  readonly #optedOut = new Map<string, ReadonlySet<string>>();
  #written = 0;
  #queuedByCancel: number | undefined;

  private constructor(padaria: CampaigningNumber) {
    this.padaria = padaria;
    padaria.number.acks = false;
  }

  static async begin(): Promise<World> {
    const world = new World(await CampaigningNumber.of(deploy()));
    await world.padaria.create(RECIPIENTS);
    await world.padaria.expand();
    return world;
  }

  async happen(event: Event): Promise<void> {
    const { number, campaigns } = this.padaria;
    switch (event.kind) {
      case "look":
        return await number.turn();
      case "expand":
        return await this.padaria.expand();
      case "crash":
        await number.crash();
        return await number.resume();
      case "crash while sending": {
        // The part is in the outbox, and nobody is left who would send it.
        number.writes = false;
        await number.turn();
        number.writes = true;
        await number.crash();
        return await number.resume();
      }
      case "pause":
        return void (await campaigns.pause("acme", "natal"));
      case "resume":
        return void (await campaigns.resume("acme", "natal"));
      case "cancel":
        await campaigns.cancel("acme", "natal");
        this.#queuedByCancel ??= (await this.padaria.progress()).queued;
        return;
      case "write":
        return void (await number.write(`${phoneOf(event.who)}@lid`, {
          number: phoneOf(event.who),
          id: `m${this.#written++}`,
        }));
      case "opt out": {
        const chat = `${phoneOf(event.who)}@lid`;
        await number.write(chat, { id: `m${this.#written++}`, optOut: "Pronto" });
        if (!this.#optedOut.has(chat)) this.#optedOut.set(chat, new Set(number.wire.map(({ id }) => id)));
        return;
      }
      case "lose number":
        return void number.directory.set(phoneOf(event.who), undefined);
      case "ack":
      case "refuse": {
        const open = number.wire.filter(({ id }) => !this.#acked.has(id) && !this.#refused.has(id));
        const wired = open[event.who % Math.max(1, open.length)];
        if (wired === undefined) return;
        if (event.kind === "ack") await number.ack(wired);
        else await number.refuse(wired);
        (event.kind === "ack" ? this.#acked : this.#refused).add(wired.id);
      }
    }
  }

  /** Nothing stands in its way any more. */
  async finish(): Promise<void> {
    const { number, campaigns } = this.padaria;
    number.acks = true;
    await campaigns.resume("acme", "natal");
    await number.crash();
    await number.resume();
    await this.padaria.run();
  }

  async judge(): Promise<void> {
    const { number } = this.padaria;
    const campaign = number.wire.filter(({ text }) => text.startsWith("Oi N"));
    const ids = new Map(campaign.map(({ id, chat, text }) => [id, `${chat} ${text}`]));
    // Each id is one message to one person, and each person has one id: what is sent again is the same message.
    expect(new Set(ids.values()).size).toBe(ids.size);
    for (let index = 0; index < RECIPIENTS; index++) {
      const chats = campaign.filter(({ text }) => text === `Oi N${index}`).map(({ chat }) => chat);
      expect(chats.every((chat) => chat === `${phoneOf(index)}@lid`)).toBe(true);
    }
    for (const [chat, before] of this.#optedOut)
      expect(campaign.filter((wired) => wired.chat === chat && !before.has(wired.id))).toEqual([]);
    const progress = await this.padaria.progress();
    const { state, sent, failed, skipped, queued, remaining, repeated } = progress;
    expect(["done", "cancelled"]).toContain(state);
    expect(repeated).toBe(0);
    expect(sent + failed + skipped + remaining).toBe(RECIPIENTS);
    if (state === "done") expect(remaining).toBe(0);
    // Whoever it was released to was written to, but for those who wanted it no more before that; and nobody else.
    expect(ids.size).toBeLessThanOrEqual(queued);
    if (this.#optedOut.size === 0) expect(ids.size).toBe(queued);
    if (state === "cancelled") expect(queued).toBe(this.#queuedByCancel);
    const { redis, keys } = number.deployment;
    expect(await redis.exists(`${keys.prefix}:lanes:acme`)).toBe(0);
    expect(await redis.exists(`${keys.prefix}:bulk:acme:flight`)).toBe(0);
    expect(await number.dueAt()).toBeUndefined();
  }
}
