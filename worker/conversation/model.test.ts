import * as fc from "fast-check";
import { expect, test } from "vitest";
import { waitingIn } from "../metrics/waiting-fixture.ts";
import { dueMember } from "./keys.ts";
import { MINUTE, useRecord, WROTE_AT, type Chat } from "./record-fixture.ts";
import type { Next, State, Turn } from "./types.ts";

const deployment = useRecord();

/** What a conversation should be: the record as plain lists. Durations are 0 (over at once) or a minute (not in this test). */
interface Model {
  inbound: string[];
  history: string[];
  out: { id: string; text: string; priority: number; turn: number | string; role?: string }[];
  onItsWay: "no" | "yes" | "overdue";
  thought: (Turn & { over: boolean; consumed: number }) | undefined;
  turn: number;
  open: boolean;
  attempts: number;
  held: boolean;
  /** Thoughts of the open turn that became void because a message was changed. */
  rethought: number;
  failed: boolean;
  /** How many of `inbound` were told that no answer comes. */
  givenUp: number;
  backingOff: boolean;
  silent: boolean;
  /** The customer was thanked for something that cannot be read. */
  noticed: boolean;
  /** Counts what was made, for fresh ids. */
  made: number;
  received: string[];
  /** What messages say that were changed, by id; the others say their id. */
  changed: Record<string, string>;
  /** Ids of messages that were taken back. */
  revoked: string[];
  /** Every thought that was begun, also those that ended. */
  thoughts: Turn[];
  /** Every part that was ever in `out`. */
  parts: string[];
}

const RETHOUGHT_MAX = 5;

type Action = (model: Model, chat: Chat) => Promise<void>;

class Step implements fc.AsyncCommand<Model, Chat> {
  readonly #name: string;
  readonly #action: Action;

  constructor(name: string, action: Action) {
    this.#name = name;
    this.#action = action;
  }

  check(): boolean {
    return true;
  }

  async run(model: Model, chat: Chat): Promise<void> {
    const before = await chat.lists();
    await this.#action(model, chat);
    await agrees(model, chat, before);
  }

  toString(): string {
    return this.#name;
  }
}

function stateOf(model: Model): State {
  if (model.thought) return "thinking";
  if (model.out.length > 0) return "sending";
  if (model.failed) return "failed";
  return model.inbound.length > 0 ? "waiting" : "rest";
}

type Lists = Awaited<ReturnType<Chat["lists"]>>;

/** The record is the model, and what must hold of any record holds. */
async function agrees(model: Model, chat: Chat, before: Lists): Promise<void> {
  const lists = await chat.lists();
  expect(lists.inbound).toEqual(model.inbound);
  expect(lists.outbound).toEqual(model.out.map(({ id }) => id));
  expect(lists.history).toEqual(model.history.slice(-40));
  const view = await chat.view();
  const state = stateOf(model);
  expect(view).toMatchObject({ state, turn: model.turn });

  // Whatever is not at rest or given up is looked at again.
  const active = state !== "rest" && state !== "failed";
  expect(await chat.dueMembers()).toEqual(active ? [dueMember(chat.conversation)] : []);
  expect(await chat.deployment.redis.smembers(`${chat.deployment.keys.prefix}:due`)).toHaveLength(
    active ? 1 : 0,
  );
  const waits = state === "waiting" || state === "thinking";
  expect(await waitingIn(chat.deployment)).toMatchObject({ conversations: waits ? 1 : 0 });

  // Nothing that was accepted disappears.
  const left = before.inbound.filter((id) => !lists.inbound.includes(id) && !model.revoked.includes(id));
  expect(lists.history).toEqual(expect.arrayContaining(left.map((id) => said(model, id))));

  // A part joins once over its life, and those that stay keep their order.
  const joined = lists.outbound.filter((id) => !before.outbound.includes(id));
  expect(model.parts.filter((id) => joined.includes(id))).toEqual([]);
  model.parts.push(...joined);
  const stayed = before.outbound.filter((id) => lists.outbound.includes(id));
  expect(lists.outbound.filter((id) => stayed.includes(id))).toEqual(stayed);
  const unsent = model.out.slice(model.onItsWay === "no" ? 0 : 1).map(({ priority }) => priority);
  expect(unsent).toEqual(unsent.toSorted());
}

/** A customer's message as the history has it. */
function said({ changed }: Model, id: string): string {
  return `customer: ${changed[id] ?? id}`;
}

function queue(model: Model, part: Model["out"][number]): void {
  const first = model.onItsWay === "no" ? 0 : 1;
  const later = model.out.findIndex(({ priority }, index) => index >= first && priority > part.priority);
  model.out.splice(later === -1 ? model.out.length : later, 0, part);
}

/** The thought that may be ended with this turn; a wrong one is drawn from those that ended. */
function isCurrent({ thought }: Model, turn: Turn): boolean {
  return thought?.turn === turn.turn && thought.token === turn.token;
}

const NOBODY: Turn = { turn: 1, token: "nobody" };
const pick = <T>(from: readonly T[], at: number): T | undefined =>
  from[from.length - 1 - (at % Math.max(1, from.length))];

function following(model: Model): Next {
  if (model.out.length > 0) return "part";
  if (model.thought) return model.thought.over ? "turn" : "rest";
  return stateOf(model) === "waiting" && !model.backingOff ? "turn" : "rest";
}

function say(model: Model, text: string): void {
  model.received.push(text);
  if (model.silent) {
    model.history.push(said(model, text));
    return;
  }
  model.inbound.push(text);
  model.failed = false;
}

const customer: Action = async (model, chat) => {
  const text = `m${++model.made}`;
  expect(await chat.say(text)).toBe(model.silent ? "silenced" : "stored");
  say(model, text);
};

const redelivered =
  (at: number): Action =>
  async (model, chat) => {
    const id = pick(model.received, at);
    if (id !== undefined) expect(await chat.say(id)).toBe("repeated");
  };

const owner =
  (forMs: number): Action =>
  async (model, chat) => {
    const text = `o${++model.made}`;
    expect(await chat.owner(text, { forMs })).toBe("silenced");
    model.silent ||= forMs > 0;
    keepOut(model, `owner: ${text}`);
  };

/** What was not answered is left to people, and answers that are not on their way are dropped. */
function keepOut(model: Model, entry: string): void {
  model.history.push(...model.inbound.map((id) => said(model, id)), entry);
  model.inbound = [];
  model.out = model.out.filter(
    ({ priority }, index) => priority > 1 || (index === 0 && model.onItsWay !== "no"),
  );
  Object.assign(model, { thought: undefined, open: false, failed: false, givenUp: 0, backingOff: false });
}

const person = { sender: "551@lid", at: WROTE_AT } as const;

function notice(model: Model, chat: Chat, id: string, text: string): void {
  const turn = `notice ${id}`;
  queue(model, { id: chat.idOf(turn, 0), text, priority: 1, turn, role: "assistant" });
}

const acknowledged =
  (everyMs: number): Action =>
  async (model, chat) => {
    const id = `k${++model.made}`;
    const reply = await chat.receive({
      kind: "acknowledge",
      id,
      ...person,
      text: id,
      reply: "got it",
      everyMs,
    });
    expect(reply).toBe(model.silent ? "silenced" : "acknowledged");
    model.history.push(`customer: ${id}`);
    if (!model.silent && (everyMs === 0 || !model.noticed)) {
      notice(model, chat, id, "got it");
      model.noticed = true;
    }
  };

const handedOver =
  (forMs: number): Action =>
  async (model, chat) => {
    const id = `h${++model.made}`;
    const reply = await chat.receive({
      kind: "hand-over",
      id,
      ...person,
      text: id,
      reply: "somebody comes",
      forMs,
    });
    expect(reply).toBe(model.silent ? "silenced" : "handed");
    if (model.silent) {
      model.history.push(`customer: ${id}`);
      return;
    }
    keepOut(model, `customer: ${id}`);
    notice(model, chat, id, "somebody comes");
    model.silent ||= forMs > 0;
  };

const optedOut: Action = async (model, chat) => {
  const id = `x${++model.made}`;
  expect(await chat.receive({ kind: "customer", id, ...person, text: id, optOut: "no more" })).toBe(
    "opted-out",
  );
  // What goes to many and is not on its way yet is dropped.
  model.out = model.out.filter(
    ({ priority }, index) => priority === 1 || (index === 0 && model.onItsWay !== "no"),
  );
  model.history.push(`customer: ${id}`);
  notice(model, chat, id, "no more");
};

/** A message that is being thought of was read before it changed. */
function isThought(model: Model, index: number): boolean {
  return model.thought !== undefined && index < model.thought.consumed;
}

/** Whoever thinks it is too late. */
function rethink(model: Model): void {
  model.thought = undefined;
  model.rethought++;
}

const edited =
  (at: number): Action =>
  async (model, chat) => {
    const of = pick(model.received, at);
    if (of === undefined) return;
    const [id, text] = [`e${++model.made}`, `c${model.made}`];
    const reply = await chat.receive({ kind: "edit", id, ...person, of, text, again: `again ${text}` });
    const index = model.inbound.indexOf(of);
    if (index === -1 || (isThought(model, index) && model.rethought >= RETHOUGHT_MAX)) {
      model.changed[id] = `again ${text}`;
      expect(reply).toBe(model.silent ? "silenced" : "stored");
      say(model, id);
      return;
    }
    expect(reply).toBe("changed");
    model.changed[of] = text;
    if (isThought(model, index)) rethink(model);
  };

const revoked =
  (at: number): Action =>
  async (model, chat) => {
    const of = pick(model.received, at);
    if (of === undefined) return;
    const id = `r${++model.made}`;
    expect(await chat.receive({ kind: "revoke", id, sender: person.sender, of })).toBe("changed");
    model.revoked.push(of);
    const entry = said(model, of);
    // Only of the last 40 is there anything to forget.
    const from = Math.max(0, model.history.length - 40);
    model.history = model.history.filter((each, place) => place < from || each !== entry);
    const index = model.inbound.indexOf(of);
    if (index === -1) return;
    model.inbound.splice(index, 1);
    if (index < model.givenUp) model.givenUp--;
    if (model.inbound.length === 0)
      Object.assign(model, {
        thought: undefined,
        open: false,
        failed: false,
        givenUp: 0,
        backingOff: false,
      });
    else if (isThought(model, index) && model.rethought < RETHOUGHT_MAX) rethink(model);
    else if (isThought(model, index)) model.thought!.consumed--;
  };

const begin =
  (attemptMs: number): Action =>
  async (model, chat) => {
    const begun = await chat.begin({ attemptMs });
    const state = stateOf(model);
    const overdue = model.out.length > 0 && model.onItsWay !== "yes";
    if (state === "sending" || (state === "thinking" && overdue)) {
      expect(begun.kind).toBe("send");
    } else if (state === "rest" || state === "failed") {
      expect(begun.kind).toBe(state);
    } else if (model.thought ? !model.thought.over : model.backingOff) {
      expect(begun.kind).toBe("busy");
    } else {
      if (begun.kind !== "think") throw new Error(`expected a turn, got ${begun.kind}`);
      if (model.thought) model.attempts++;
      if (!model.open)
        Object.assign(model, { turn: model.turn + 1, open: true, attempts: 0, held: false, rethought: 0 });
      expect(begun).toMatchObject({ turn: model.turn, attempt: model.attempts + 1, held: model.held });
      expect(begun.messages.map(({ text }) => text)).toEqual(
        model.inbound.map((id) => model.changed[id] ?? id),
      );
      expect(begun.history.map(({ role, text }) => `${role}: ${text}`)).toEqual(model.history.slice(-40));
      const turn = { turn: begun.turn, token: begun.token };
      model.thought = { ...turn, over: attemptMs === 0, consumed: model.inbound.length };
      model.thoughts.push(turn);
    }
  };

const hold =
  (at: number): Action =>
  async (model, chat) => {
    const turn = pick(model.thoughts, at) ?? NOBODY;
    const current = isCurrent(model, turn);
    expect(await chat.hold(turn)).toBe(current ? (model.held ? "held" : "queued") : "stale");
    if (!current || model.held) return;
    model.held = true;
    queue(model, { id: chat.idOf(turn.turn, 0), text: "one moment", priority: 1, turn: turn.turn });
  };

const commit =
  (at: number, parts: number): Action =>
  async (model, chat) => {
    const turn = pick(model.thoughts, at) ?? NOBODY;
    const texts = Array.from({ length: parts }, () => `a${++model.made}`);
    const current = isCurrent(model, turn);
    const consumed = model.thought?.consumed ?? 0;
    expect(await chat.commit(turn, ...texts)).toBe(current ? "committed" : "stale");
    if (!current) return;
    model.history.push(...model.inbound.splice(0, consumed).map((id) => said(model, id)));
    Object.assign(model, { thought: undefined, open: false, givenUp: 0, backingOff: false });
    for (const [index, text] of texts.entries()) {
      queue(model, {
        id: chat.idOf(turn.turn, index + 1),
        text,
        priority: 1,
        turn: turn.turn,
        role: "assistant",
      });
    }
  };

interface Failing {
  readonly maxAttempts: number;
  readonly backoffMs: number;
  readonly patienceMs: number | undefined;
  readonly holdAfterMs: number | undefined;
}

const fail =
  (at: number, { maxAttempts, backoffMs, patienceMs, holdAfterMs }: Failing): Action =>
  async (model, chat) => {
    const turn = pick(model.thoughts, at) ?? NOBODY;
    const consumed = model.thought?.consumed ?? 0;
    const { kind } = await chat.fail(turn, { maxAttempts, backoffMs, patienceMs, holdAfterMs });
    if (!isCurrent(model, turn)) {
      expect(kind).toBe("stale");
      return;
    }
    model.thought = undefined;
    const somebodyWaits = model.inbound.length > model.givenUp;
    const spared = patienceMs !== undefined && somebodyWaits;
    if (!spared) model.attempts++;
    if (spared ? patienceMs > 0 : model.attempts < maxAttempts) {
      expect(kind).toBe("again");
      model.backingOff = backoffMs > 0;
      if (holdAfterMs !== 0 || model.held) return;
      model.held = true;
      queue(model, { id: chat.idOf(turn.turn, 0), text: "one moment", priority: 1, turn: turn.turn });
      return;
    }
    expect(kind).toBe("failed");
    Object.assign(model, { open: false, failed: true, givenUp: consumed, backingOff: false });
    queue(model, {
      id: chat.idOf(turn.turn, model.held ? 1 : 0),
      text: "sorry",
      priority: 1,
      turn: turn.turn,
    });
  };

const enqueue =
  (source: "campaign" | "automation", part: number): Action =>
  async (model, chat) => {
    const turn = `${source} run`;
    const id = chat.idOf(turn, part);
    const fresh = !model.parts.includes(id);
    const reply = await chat.record.enqueue(chat.conversation, { source, run: "run", part, text: id });
    expect(reply).toBe(fresh ? "queued" : "repeated");
    if (fresh) queue(model, { id, text: id, priority: source === "campaign" ? 2 : 3, turn, role: source });
  };

const send =
  (ackMs: number): Action =>
  async (model, chat) => {
    const sendable = await chat.send({ ackMs });
    const first = model.out[0];
    if (first === undefined || model.onItsWay === "yes") {
      expect(sendable.kind).toBe(first ? "busy" : "none");
      return;
    }
    const repeat = model.onItsWay === "overdue";
    expect(sendable).toMatchObject({
      kind: "part",
      id: first.id,
      text: first.text,
      turn: first.turn,
      repeat,
    });
    if (!repeat && first.role) model.history.push(`${first.role}: ${first.text}`);
    model.onItsWay = ackMs > 0 ? "yes" : "overdue";
  };

/** The server's answer to a part; an old one is drawn from all that ever were. */
const answer =
  (at: number | undefined, refused: boolean): Action =>
  async (model, chat) => {
    const [first] = model.out;
    const id = (at === undefined ? first?.id : pick(model.parts, at)) ?? "unknown";
    const reply = refused ? await chat.refuse(id) : await chat.ack(id);
    if (first?.id !== id || model.onItsWay === "no") {
      expect(reply).toBe("unknown");
      return;
    }
    model.out.shift();
    model.onItsWay = "no";
    if (refused) model.out = model.out.filter(({ turn }) => turn !== first.turn);
    expect(reply).toBe(following(model));
  };

const retry: Action = async (model, chat) => {
  const reply = await chat.record.retry(chat.lease, chat.conversation);
  expect(reply).toBe(model.failed ? "retried" : "unchanged");
  model.failed = false;
};

const ms = fc.constantFrom(0, MINUTE);
/** Mostly the last one. */
const last = fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(5) });

const steps = [
  fc.constant(new Step("customer", customer)),
  fc.constant(new Step("customer", customer)),
  fc.nat(9).map((at) => new Step(`redelivered(${at})`, redelivered(at))),
  fc
    .oneof({ weight: 5, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.constant(MINUTE) })
    .map((forMs) => new Step(`owner(${forMs})`, owner(forMs))),
  ms.map((everyMs) => new Step(`acknowledged(${everyMs})`, acknowledged(everyMs))),
  fc
    .oneof({ weight: 5, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.constant(MINUTE) })
    .map((forMs) => new Step(`handedOver(${forMs})`, handedOver(forMs))),
  fc.constant(new Step("optedOut", optedOut)),
  last.map((at) => new Step(`edited(${at})`, edited(at))),
  last.map((at) => new Step(`revoked(${at})`, revoked(at))),
  ms.map((attemptMs) => new Step(`begin(${attemptMs})`, begin(attemptMs))),
  ms.map((attemptMs) => new Step(`begin(${attemptMs})`, begin(attemptMs))),
  ms.map((attemptMs) => new Step(`begin(${attemptMs})`, begin(attemptMs))),
  last.map((at) => new Step(`hold(${at})`, hold(at))),
  fc.tuple(last, fc.nat(3)).map(([at, parts]) => new Step(`commit(${at}, ${parts})`, commit(at, parts))),
  fc
    .tuple(
      last,
      fc.record({
        maxAttempts: fc.integer({ min: 1, max: 3 }),
        backoffMs: ms,
        patienceMs: fc.constantFrom(undefined, undefined, 0, MINUTE),
        holdAfterMs: fc.constantFrom(undefined, 0, 60 * MINUTE),
      }),
    )
    .map(([at, failing]) => new Step(`fail(${at}, ${JSON.stringify(failing)})`, fail(at, failing))),
  fc
    .tuple(fc.constantFrom("campaign" as const, "automation" as const), fc.nat(4))
    .map(([source, part]) => new Step(`enqueue(${source}, ${part})`, enqueue(source, part))),
  ms.map((ackMs) => new Step(`send(${ackMs})`, send(ackMs))),
  ms.map((ackMs) => new Step(`send(${ackMs})`, send(ackMs))),
  fc.constant(new Step("ack()", answer(undefined, false))),
  fc.constant(new Step("ack()", answer(undefined, false))),
  fc
    .tuple(fc.nat(5), fc.boolean())
    .map(([at, refused]) => new Step(`${refused ? "refuse" : "ack"}(${at})`, answer(at, refused))),
  fc.constant(new Step("refuse()", answer(undefined, true))),
  fc.constant(new Step("retry", retry)),
];

async function setup(): Promise<{ model: Model; real: Chat }> {
  return {
    model: {
      inbound: [],
      history: [],
      out: [],
      onItsWay: "no",
      thought: undefined,
      turn: 0,
      open: false,
      attempts: 0,
      held: false,
      rethought: 0,
      failed: false,
      givenUp: 0,
      backingOff: false,
      silent: false,
      noticed: false,
      made: 0,
      received: [],
      changed: {},
      revoked: [],
      thoughts: [],
      parts: [],
    },
    real: await deployment().chat(),
  };
}

test("whatever happens in whatever order, the record is what the model says", async () => {
  const anyOrder = fc.asyncProperty(fc.commands(steps, { maxCommands: 60, size: "+1" }), async (commands) => {
    await fc.asyncModelRun(setup, commands);
  });
  await fc.assert(anyOrder, { numRuns: 150 });
});
