import { expect, test } from "vitest";
import { linked, useDeployments } from "./scenario-fixture.ts";

const deploy = useDeployments();
const TWO_MINUTES = 120_000;

/** Loaded before the worker: its wall clock is so far off; the monotonic one is not, as on a machine without NTP. */
function clockOff(ms: number): Readonly<Record<string, string>> {
  return preload(`
    const Real = Date;
    globalThis.Date = class extends Real {
      constructor(...given) {
        if (given.length === 0) super(Real.now() + ${ms});
        else super(...given);
      }
      static now() {
        return Real.now() + ${ms};
      }
    };
  `);
}

/** Loaded before the worker: at SIGUSR2 its event loop does nothing else for so long. */
function blockedFor(ms: number): Readonly<Record<string, string>> {
  return preload(`
    process.on("SIGUSR2", () => {
      const until = performance.now() + ${ms};
      while (performance.now() < until);
    });
  `);
}

function preload(script: string): Readonly<Record<string, string>> {
  const url = `data:text/javascript,${encodeURIComponent(script.replaceAll(/\s+/g, " "))}`;
  return { NODE_OPTIONS: `--import=${url}` };
}

test.each([-TWO_MINUTES, TWO_MINUTES])(
  "a process whose clock is %i ms off pairs, answers, keeps its leases and hands over as any other",
  async (ms) => {
    const deployment = await deploy();
    const odd = deployment.worker(clockOff(ms));
    await odd.ready();
    // It really has another clock: log lines carry it.
    const line = await odd.logs(({ message }) => message === "ready");
    expect(Math.abs(Date.parse(String(line["timestamp"])) - Date.now() - ms)).toBeLessThan(60_000);
    const [phone] = await linked(deployment, ["ana"]);
    const contact = deployment.whatsapp.contact();
    contact.write(phone!, "à noite");
    await contact.waitForMessage("re: à noite");

    // Another one that has the right time joins, and does not believe that the first one's leases have run out.
    const right = deployment.worker();
    await right.ready();
    contact.write(phone!, "dois processos");
    await contact.waitForMessage("re: dois processos");
    expect(phone!.maxConnections).toBe(1);
    expect(odd.logged.filter(({ message }) => message === "shards lost")).toEqual([]);

    expect(await odd.stop()).toBe(0);
    contact.write(phone!, "depois");
    await contact.waitForMessage("re: depois");
    expect(contact.displayed.map(({ text }) => text)).toEqual([
      "re: à noite",
      "re: dois processos",
      "re: depois",
    ]);
    expect(phone!.maxConnections).toBe(1);
    expect(await right.stop()).toBe(0);
  },
);

test("a clock that is two minutes ahead makes no message too old where five minutes are allowed", async () => {
  const deployment = await deploy();
  const odd = deployment.worker(clockOff(TWO_MINUTES));
  await odd.ready();
  await deployment.configure("ana", { name: "ana", answerUpToMinutes: 5 });
  const phone = await deployment.pair("ana");
  const contact = deployment.whatsapp.contact();
  contact.write(phone, "agora");
  await contact.waitForMessage("re: agora");
  expect(await odd.stop()).toBe(0);
});

test("an event loop that is blocked for longer than the lease: another answers, and the blocked one serves again", async () => {
  const deployment = await deploy();
  const blocked = deployment.worker(blockedFor(4_000));
  await blocked.ready();
  const [phone] = await linked(deployment, ["ana"]);
  const contact = deployment.whatsapp.contact();
  contact.write(phone!, "antes");
  await contact.waitForMessage("re: antes");
  const next = deployment.worker({ OXY_FLEET: "other" });
  await next.ready();

  blocked.signal("SIGUSR2");
  contact.write(phone!, "durante");
  await next.logs(({ message }) => message === "whatsapp open");
  await contact.waitForMessage("re: durante");
  await blocked.logs(({ message }) => message === "shards lost");
  await phone!.waitFor(() => phone!.connections === 1);
  expect(blocked.running, blocked.output).toBe(true);
  contact.write(phone!, "depois");
  await contact.waitForMessage("re: depois");

  // It has joined again: what the other one gives up is its own.
  expect(await next.stop()).toBe(0);
  contact.write(phone!, "de volta");
  await contact.waitForMessage("re: de volta");
  expect(contact.displayed.map(({ text }) => text)).toEqual([
    "re: antes",
    "re: durante",
    "re: depois",
    "re: de volta",
  ]);
  // WhatsApp itself replaced what nobody could cut; the blocked one did not dial again.
  expect([phone!.maxConnections, phone!.conflicts]).toEqual([2, 1]);
  expect(await blocked.stop()).toBe(0);
});

test("a lone process whose event loop was blocked cuts its sockets, takes its leases anew and answers", async () => {
  const deployment = await deploy();
  const worker = deployment.worker(blockedFor(3_000));
  await worker.ready();
  const [phone] = await linked(deployment, ["ana"]);
  const contact = deployment.whatsapp.contact();
  for (const text of ["um", "dois"]) {
    worker.signal("SIGUSR2");
    contact.write(phone!, text);
    await contact.waitForMessage(`re: ${text}`, 20_000);
  }
  const lost = worker.logged.filter(({ message }) => message === "shards lost");
  expect(lost.length).toBeGreaterThan(0);
  expect(contact.displayed.map(({ text }) => text)).toEqual(["re: um", "re: dois"]);
  expect(phone!.maxConnections).toBe(1);
  expect(await worker.stop()).toBe(0);
});
