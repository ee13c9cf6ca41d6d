import { setTimeout as delay } from "node:timers/promises";
import { afterEach, describe, expect, test, vi } from "vitest";
import { useRecord, type Deployment } from "../conversation/record-fixture.ts";
import { noReplies } from "../metrics/reply-window.ts";
import type { ConsumptionReport } from "../runtime/consumption.ts";
import type { LogFields, Logger } from "../runtime/logging.ts";
import { organizationSettings } from "../sessions/organization.ts";
import { Alerts } from "./alerts.ts";
import { Delivery, type AlertNotices, type AlertWebhook } from "./delivery.ts";
import { alertKeysOf } from "./keys.ts";
import { RULES } from "./rules.ts";
import { silenceField } from "./silences.ts";

const deployment = useRecord();
const EVERY_MS = 200;
const LOGGED_OUT = '{"state":"ended","since":1,"reason":"logged-out","place":"","process":"p"}';
const OPEN = '{"state":"open","since":1,"place":"","process":"p"}';
/** Without waiting for minutes. */
const rules = RULES.map((rule) => Object.assign({}, rule, { forSeconds: 0, clearSeconds: EVERY_MS / 1000 }));
const team = [
  { number: "5511900000001", name: "Ana", owner: true },
  { number: "5511900000002", name: "Rui", owner: false },
];
const settings = new Map(
  ["ana", "central"].map((id) => [id, organizationSettings.parse({ name: `Loja ${id}`, team })]),
);

const started: Alerts[] = [];
afterEach(() => {
  for (const alerts of started.splice(0)) alerts.stop();
});

interface Posted {
  readonly events: readonly { readonly id: string; readonly kind: string; readonly rule: string }[];
}

/** A process that looks, and what it told. */
function looking(
  here: Deployment,
  options: {
    organization?: string | undefined;
    post?: AlertWebhook["post"];
    webhook?: boolean;
    consumption?: ConsumptionReport;
  } = {},
) {
  const posted: Posted[] = [];
  const logged: [event: string, fields: LogFields | undefined][] = [];
  const note = (event: string, fields?: LogFields): void => void logged.push([event, fields]);
  const log: Logger = { error: note, warn: note, info: note, debug: note };
  const push = vi.fn<AlertNotices["push"]>(async () => "queued");
  const post = vi.fn<AlertWebhook["post"]>(options.post ?? (async () => {}));
  const { redis, keys } = here;
  const delivery = new Delivery({
    redis,
    keys,
    log,
    namespace: "test",
    rules,
    webhook:
      options.webhook === false
        ? undefined
        : {
            post: async (body, id, signal) => {
              await post(body, id, signal);
              posted.push(JSON.parse(body) as Posted);
            },
          },
    notices: { push },
    organization: options.organization,
    settings: (id) => settings.get(id),
  });
  const alerts = new Alerts({
    redis,
    keys,
    log,
    everyMs: EVERY_MS,
    rules,
    delivery,
    consumption: { doubtful: [], judge: () => options.consumption ?? { status: "ok", queues: [] } },
    report: () => ({ replies: noReplies(), openBreakers: 0, lost: 0 }),
    budgets: () => [],
  });
  started.push(alerts);
  alerts.start();
  const told = (): string[] =>
    posted.flatMap(({ events }) => events.map(({ kind, rule }) => `${kind} ${rule}`));
  return { alerts, posted, told, push, post, logged };
}

async function session(here: Deployment, organization: string, record: string): Promise<void> {
  // Somebody has the shards: else that would be told, too.
  const leases = Array.from({ length: 256 }, (_, shard) => [shard, `p 1 ${Date.now() + 3_600_000}`]).flat();
  await here.redis.hset(here.keys.leases, ...(leases as string[]));
  await here.redis.hset(here.keys.sessions, organization, record);
}

const looks = (count: number): Promise<void> => delay(count * EVERY_MS);

describe("several processes and restarts", () => {
  test("tell each event once between them", async () => {
    const here = deployment();
    await session(here, "ana", LOGGED_OUT);
    const three = [looking(here), looking(here), looking(here)];
    const told = (): string[] => three.flatMap((each) => each.told());
    await vi.waitFor(() => expect(told()).toEqual(["fired session-logged-out"]));
    for (const { alerts } of three) alerts.stop();
    await looks(2);
    const later = looking(here);
    await looks(3);
    expect([...told(), ...later.told()]).toEqual(["fired session-logged-out"]);
    await session(here, "ana", OPEN);
    await vi.waitFor(() => expect(later.told()).toEqual(["resolved session-logged-out"]), { timeout: 3_000 });
    await looks(3);
    expect(later.told()).toHaveLength(1);
  });

  test("one that was overtaken while it judged tells nothing: it is the other's to tell", async () => {
    const here = deployment();
    await session(here, "ana", LOGGED_OUT);
    const waysOf = vi.spyOn(Delivery.prototype, "waysOf").mockImplementationOnce(() => {
      // Before what it came to is stored, on the same connection.
      void here.redis.hset(alertKeysOf(here.keys).alerts, "round", 1e12);
      return ["webhook"];
    });
    const { told, logged } = looking(here);
    await vi.waitFor(() => expect(waysOf).toHaveBeenCalled());
    await looks(3);
    expect([told(), logged]).toEqual([[], []]);
    expect(await here.redis.exists(alertKeysOf(here.keys).outgoing)).toBe(0);
    waysOf.mockRestore();
  });

  test("a process that stops taking from its queues says so itself", async () => {
    const here = deployment();
    await session(here, "ana", OPEN);
    const queue = { queue: "message-4", state: "stopped", active: 0, concurrency: 50 } as const;
    const { posted } = looking(here, { consumption: { status: "stopped", queues: [queue] } });
    await vi.waitFor(() => expect(posted).toHaveLength(1), { timeout: 3_000 });
    expect(posted[0]!.events).toEqual([
      expect.objectContaining({ rule: "consumption-stopped", value: 1, detail: "message" }),
    ]);
  });
});

describe("who is told", () => {
  test("the webhook, with what people need and no name", async () => {
    const here = deployment();
    await session(here, "ana", LOGGED_OUT);
    const { posted, post } = looking(here);
    await vi.waitFor(() => expect(posted).toHaveLength(1));
    expect(posted[0]).toEqual({
      v: 1,
      namespace: "test",
      events: [
        {
          id: expect.stringMatching(/^session-logged-out\.ana\.\d+\.fired$/),
          kind: "fired",
          rule: "session-logged-out",
          organization: "ana",
          at: expect.any(Number),
          since: expect.any(Number),
          value: 1,
          severity: "critical",
          unit: "",
          from: 1,
          sentence: "O WhatsApp de ana foi desconectado pelo celular ou pelo WhatsApp.",
          todo: "Conecte de novo com oxy pair ana e leia o código com o celular.",
        },
      ],
    });
    expect(post.mock.calls[0]?.[1]).toBe(posted[0]!.events[0]!.id);
  });

  test("an organization's owners, of what is theirs, through their own number", async () => {
    const here = deployment();
    await session(here, "ana", OPEN);
    const health = {
      organization: "ana",
      at: Date.now(),
      standing: "open",
      stuck: 3,
      refusedToday: 0,
      problems: [],
    };
    await here.redis.hset(`${here.keys.prefix}:health`, "ana", JSON.stringify(health));
    const { push } = looking(here, { organization: "central", webhook: false });
    await vi.waitFor(() => expect(push).toHaveBeenCalled());
    await looks(2);
    expect(push.mock.calls).toEqual([
      [
        {
          organization: "ana",
          to: { number: "5511900000001" },
          id: expect.stringMatching(/^alert\.parts-stuck\.ana\.\d+\.fired$/),
          text: "*⚠️ Aviso*\nLoja ana: 3 conversa(s) estão paradas.\nResponda pelo celular e veja se o número está conectado.",
          forMs: 21_600_000,
        },
      ],
    ]);
  });

  test("the whole team, where nobody of it is an owner", async () => {
    const here = deployment();
    settings.set(
      "equal",
      organizationSettings.parse({ name: "Loja", team: team.map(({ number }) => ({ number, name: "Bia" })) }),
    );
    await session(here, "ana", LOGGED_OUT);
    const { push } = looking(here, { organization: "equal", webhook: false });
    await vi.waitFor(() => expect(push).toHaveBeenCalledTimes(2));
    expect(push.mock.calls.map(([{ to }]) => to.number)).toEqual(team.map(({ number }) => number));
  });

  test("of a number that is not connected the owners of the deployment, as it cannot tell of itself", async () => {
    const here = deployment();
    await session(here, "ana", LOGGED_OUT);
    await session(here, "central", LOGGED_OUT);
    const { push, logged } = looking(here, { organization: "central", webhook: false });
    await vi.waitFor(() => expect(push).toHaveBeenCalledOnce());
    await looks(2);
    expect(push.mock.calls[0]![0]).toMatchObject({
      organization: "central",
      text: expect.stringContaining("O WhatsApp de Loja ana foi desconectado"),
    });
    // There is always the log.
    expect(logged).toEqual(
      expect.arrayContaining([
        ["alert fired", expect.objectContaining({ rule: "session-logged-out", organization: "central" })],
      ]),
    );
    expect(await here.redis.exists(alertKeysOf(here.keys).outgoing)).toBe(0);
  });

  test("of two numbers at once twice, however long their organizations' ids are", async () => {
    const here = deployment();
    const long = ["a", "b"].map((letter) => letter.repeat(64));
    await here.redis.hset(here.keys.sessions, long[0]!, LOGGED_OUT);
    await session(here, long[1]!, LOGGED_OUT);
    const { push } = looking(here, { organization: "central", webhook: false });
    await vi.waitFor(() => expect(push).toHaveBeenCalledTimes(2));
    const ids = push.mock.calls.map(([{ id }]) => id);
    expect(new Set(ids).size).toBe(2);
    for (const id of ids) expect(id).toMatch(/^[\w.-]{1,100}$/);
  });

  test("nobody of what is silenced, until the silence is over", async () => {
    const here = deployment();
    const { alerts: key } = alertKeysOf(here.keys);
    await here.redis.hset(key, silenceField("session-logged-out", "ana"), Date.now() + 4 * EVERY_MS);
    await session(here, "ana", LOGGED_OUT);
    const { told, posted } = looking(here);
    await looks(2);
    expect(told()).toEqual([]);
    await vi.waitFor(() => expect(told()).toEqual(["fired session-logged-out"]), { timeout: 3_000 });
    const [event] = posted[0]!.events as unknown as { at: number; since: number }[];
    expect(event!.at - event!.since).toBeGreaterThanOrEqual(2 * EVERY_MS);
  });
});

describe("what does not arrive", () => {
  test("is told with a later look, by whichever process, under the same id", async () => {
    const here = deployment();
    await session(here, "ana", LOGGED_OUT);
    const down = looking(here, { post: () => Promise.reject(new Error("502")) });
    await vi.waitFor(() => expect(down.post.mock.calls.length).toBeGreaterThanOrEqual(2), { timeout: 3_000 });
    const ids = new Set(down.post.mock.calls.map(([, id]) => id));
    down.alerts.stop();
    const up = looking(here);
    await vi.waitFor(() => expect(up.told()).toEqual(["fired session-logged-out"]), { timeout: 3_000 });
    expect(new Set([...ids, up.post.mock.calls[0]![1]]).size).toBe(1);
    await looks(2);
    expect(up.told()).toHaveLength(1);
    expect(await here.redis.exists(alertKeysOf(here.keys).outgoing)).toBe(0);
  });

  test("is not told again to those whom it reached", async () => {
    const here = deployment();
    await session(here, "ana", OPEN);
    await here.redis.lpush(`${here.keys.prefix}:cron:wait`, "1");
    await here.redis.hset(`${here.keys.prefix}:cron:1`, "timestamp", Date.now() - 3_600_000);
    const { push, post } = looking(here, {
      organization: "central",
      post: () => Promise.reject(new Error("502")),
    });
    await vi.waitFor(() => expect(post.mock.calls.length).toBeGreaterThanOrEqual(3), { timeout: 3_000 });
    expect(push).toHaveBeenCalledOnce();
  });

  test("because the organization is not known to this process yet, is told by one that knows it", async () => {
    const here = deployment();
    await session(here, "ana", LOGGED_OUT);
    const early = looking(here, { organization: "not known yet", webhook: false });
    await looks(3);
    early.alerts.stop();
    expect(early.push).not.toHaveBeenCalled();
    const { outgoing } = alertKeysOf(here.keys);
    const [json] = Object.values(await here.redis.hgetall(outgoing));
    expect(JSON.parse(json!)).toMatchObject({ ways: ["owners not known yet"] });
    settings.set("not known yet", organizationSettings.parse({ name: "Central", team }));
    const { push } = looking(here, { organization: "not known yet", webhook: false });
    await vi.waitFor(() => expect(push).toHaveBeenCalledOnce(), { timeout: 3_000 });
    settings.delete("not known yet");
  });

  test("is given up after a day, and the log says so", async () => {
    const here = deployment();
    const { outgoing } = alertKeysOf(here.keys);
    await session(here, "ana", OPEN);
    const event = { id: "depth.1.fired", kind: "fired", rule: "depth", at: 1, since: 1, value: 200 };
    await here.redis.hset(outgoing, event.id, JSON.stringify({ event, ways: ["webhook"] }));
    const { logged } = looking(here, { post: () => Promise.reject(new Error("502")) });
    await vi.waitFor(() =>
      expect(logged.map(([said]) => said)).toContain("alert not told in a day, and given up"),
    );
    await vi.waitFor(async () => expect(await here.redis.exists(outgoing)).toBe(0));
  });
});

test("a store that is away is told once, and looked at again when it is back", async () => {
  const here = deployment();
  await session(here, "ana", LOGGED_OUT);
  const failing = vi.spyOn(here.redis, "evalsha").mockRejectedValue(new Error("READONLY"));
  try {
    const { logged, told } = looking(here);
    await vi.waitFor(() => expect(failing.mock.calls.length).toBeGreaterThanOrEqual(2), { timeout: 3_000 });
    expect(logged.map(([event]) => event)).toEqual(["alerts not looked at"]);
    failing.mockRestore();
    await vi.waitFor(() => expect(told()).toEqual(["fired session-logged-out"]), { timeout: 3_000 });
  } finally {
    failing.mockRestore();
  }
});
