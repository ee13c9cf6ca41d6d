import { describe, expect, test } from "vitest";
import { copyWorker, type Mutation } from "./mutant.ts";
import * as play from "./mend-scenarios.ts";
import * as stored from "./record-scenarios.ts";
import { stepsAtOnce } from "./step-scenarios.ts";

interface Mend extends Mutation {
  readonly scenario: play.Scenario;
  /** Any of these shows that the mend is missing. */
  readonly shows: readonly (keyof play.Violations)[];
}

/** What is missing → how a customer, or the owner, would notice. */
const mends: Readonly<Record<string, Mend>> = {
  "the text is stored after the ratchet step, not with it": {
    file: "adapters/baileys/session-state.ts",
    replace: [
      [
        "const reply = await stepScript.run(redis, sessionKeys(keys, organization), [",
        `const later = { keys: [], inbound: payload.inbound };
         payload.inbound = [];
         await stepScript.run(redis, sessionKeys(keys, organization), [
           ...fenceOf(lease), keys.prefix, JSON.stringify(payload),
         ]);
         Object.assign(payload, later, { credentials: undefined });
         const reply = await stepScript.run(redis, sessionKeys(keys, organization), [`,
      ],
    ],
    scenario: play.killedOnceStored,
    shows: ["lost", "nacks"],
  },
  "a step returns before it is stored": {
    file: "adapters/baileys/ratchet.ts",
    replace: [["received: await stored }", "received: (stored.catch(() => {}), []) }"]],
    scenario: play.killedBeforeStepIsStored,
    shows: ["undecryptable"],
  },
  "the inbox is not asked about what cannot be decrypted": {
    file: "adapters/baileys/signal-repository.ts",
    replace: [["const stored = await inbox.find(stanza, place);", "const stored = undefined;"]],
    scenario: play.killedOnceStored,
    shows: ["nacks", "undecryptable"],
  },
  "there is no lock per phone": {
    file: "adapters/baileys/ratchet.ts",
    replace: [
      [
        "readonly #lock = new Mutex();",
        "readonly #lock = { runExclusive: async <T>(work: () => Promise<T>) => await work() };",
      ],
    ],
    scenario: stepsAtOnce,
    shows: ["lost"],
  },
  "libsignal sees all sessions of a contact at once": {
    file: "adapters/baileys/signal-repository.ts",
    replace: [
      [
        'if (message.type === "pkmsg") return await ratchet.step(receive);',
        "return await ratchet.step(receive);",
      ],
    ],
    scenario: play.newSessionWhileWriting,
    shows: ["undecryptable"],
  },
  "written counts as sent": {
    file: "conversation/outbox.ts",
    replace: [
      [
        "await wire.send(chat, part.id, part.text);",
        'await wire.send(chat, part.id, part.text); await this.acknowledge(organization, { kind: "acked", id: part.id });',
      ],
    ],
    scenario: play.stanzaLost,
    shows: ["lost"],
  },
  "a part has another id each time it is sent": {
    file: "conversation/outbox.ts",
    replace: [
      ["this.#onTheWay.set(part.id, {", "const id = `3EB0${crypto.randomUUID()}`; this.#onTheWay.set(id, {"],
      ["await wire.send(chat, part.id, part.text);", "await wire.send(chat, id, part.text);"],
      ["await record.acked(lease, conversation, ack.id)", "await record.acked(lease, conversation, part.id)"],
    ],
    scenario: play.killedBeforeAck,
    shows: ["seenTwice"],
  },
  "message ids are random": {
    file: "conversation/message-id.ts",
    replace: [["[organization, chat, turn, part]", "[organization, chat, turn, part, Math.random()]"]],
    scenario: stored.campaignRepeated,
    shows: ["seenTwice"],
  },
  "arrivals are not deduplicated": {
    file: "conversation/lua/inbound.lua",
    replace: [
      [
        'return remember(prefix, item.organization, item.chat, item.sender, item.id, item.inbox) == "remembered"',
        "remember(prefix, item.organization, item.chat, item.sender, item.id, item.inbox) return true",
      ],
    ],
    scenario: play.messageRepeated,
    shows: ["seenTwice"],
  },
  "a refused write leaves the socket open": {
    file: "adapters/baileys/session-state.ts",
    replace: [["this.#options.onFailure(error);", ""]],
    scenario: play.anotherOwner,
    shows: ["undecryptable", "nacks"],
  },
  "the console is not quieted": {
    file: "run.ts",
    replace: [["quietConsole(log);", ""]],
    scenario: play.newSessionWhileWriting,
    shows: ["keysOnConsole"],
  },
  "the session step is not fenced": {
    file: "adapters/baileys/step.lua",
    replace: [['if not permitted(KEYS[1], ARGV[1], ARGV[2], ARGV[3]) then return "refused" end', ""]],
    scenario: play.anotherOwner,
    shows: ["staleWrites"],
  },
  "a part that is on its way may be taken again": {
    file: "conversation/lua/sent.lua",
    replace: [
      ["if record.sends > 0 and record.sendAt > time and record.wire == item.wire then", "if false then"],
    ],
    scenario: play.ackAwaited,
    shows: ["writtenTwice"],
  },
  "a turn has no token": {
    file: "conversation/lua/record.lua",
    replace: [["record.turn == turn and record.token == token", "record.turn == turn"]],
    scenario: stored.lateThinker,
    shows: ["lost"],
  },
};

const scenarios: Readonly<Record<string, play.Scenario>> = {
  "a kill once a first message is stored": play.killedOnceStored,
  "a kill before a step is stored": play.killedBeforeStepIsStored,
  "simultaneous traffic": play.simultaneousTraffic,
  "a new session while the contact writes": play.newSessionWhileWriting,
  "a stanza lost on the way": play.stanzaLost,
  "a kill before the ack": play.killedBeforeAck,
  "a repeated message": play.messageRepeated,
  "the take-over by another owner": play.anotherOwner,
  "a late ack": play.ackAwaited,
  "the return of a late thinker": stored.lateThinker,
  "a repeated campaign": stored.campaignRepeated,
  "steps at once": stepsAtOnce,
};

describe("with every mend in place", () => {
  test.each(Object.entries(scenarios))("nothing is wrong after %s", async (_name, scenario) => {
    expect(await after(scenario)).toEqual(play.NONE);
  });
});

describe("without a mend", () => {
  test.each(Object.entries(mends))("it shows that %s", async (_name, mend) => {
    const violations = await after(mend.scenario, mend);
    const shown = mend.shows.filter((kind) => violations[kind] > 0);
    expect(shown, JSON.stringify(violations)).not.toEqual([]);
  });
});

test("a mutation whose text is not in the file is reported", async () => {
  const gone = copyWorker({ file: "main.ts", replace: [["no such text", ""]] });
  await expect(gone).rejects.toThrow(
    "worker/main.ts: expected this text once, found it 0 times: no such text",
  );
});

async function after(scenario: play.Scenario, mutation?: Mutation): Promise<play.Violations> {
  const copy = await copyWorker(mutation);
  try {
    return await scenario(copy.worker);
  } finally {
    await copy.remove();
  }
}
