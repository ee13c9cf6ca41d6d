import { setTimeout as delay } from "node:timers/promises";
import { PlainBullMq, VERSIONS } from "../dev/usage/plain-bullmq.ts";
import type { RedisFigures } from "../dev/usage/counted-redis.ts";
import { Station } from "../dev/usage/station.ts";
import { withBundle } from "./bundled.ts";
import { machine, type Benchmark, type Figure } from "./figure.ts";

/** Whole blocks of the longest blocking call, so that it counts as often as it comes. */
const IDLE_SECONDS = 310;
const WARM_UP_MS = 20_000;
const MESSAGES = 100;
const PROFILES = ["economy", "standard", "fast-failover"] as const;

/** What a Redis is asked: at rest, everything included, and for each message; what scripts run inside is apart. */
export const commands: Benchmark = ({ quick, say }) =>
  withBundle(async (main) => {
    const seconds = quick ? 15 : IDLE_SECONDS;
    const stations: Station[] = [];
    for (const profile of PROFILES) {
      say(`commands: a worker in profile ${profile}`);
      stations.push(
        await Station.start({ sessions: 1, answer: "ok", main, environment: { OXY_PROFILE: profile } }),
      );
    }
    const plain = await PlainBullMq.start(VERSIONS[6]);
    try {
      await delay(quick ? 2_000 : WARM_UP_MS);
      say(`commands: all of them idle for ${seconds} s`);
      const all = [
        ...stations.map((station) => async () => (await station.figures()).redis),
        () => plain.figures(),
      ];
      const before = await Promise.all(all.map((read) => read()));
      await delay(seconds * 1_000);
      const after = await Promise.all(all.map((read) => read()));
      const rates = all.map((_, index) => perMinute(before[index]!, after[index]!, seconds));
      const raw = rates.at(-1)!;
      const setUp = `idle for ${seconds} s, the bundled worker with one number and all queues, schedulers, heartbeats and leases; ${machine()}`;
      const figures: Figure[] = PROFILES.flatMap((profile, index) => {
        const { client, inside, byName } = rates[index]!;
        const ratio = client / raw.client;
        const names = Object.entries(byName)
          .map(([name, rate]) => `${name} ${rate.toFixed(2)}`)
          .join(", ");
        return [
          {
            name: `commands a minute at rest, profile ${profile}`,
            value: client,
            unit: "commands/minute",
            baseline: { what: "three workers of BullMQ as it comes", value: raw.client },
            ratio,
            ...(profile === "economy"
              ? { aim: { what: "at most a tenth, in profile economy", met: ratio <= 0.1 } }
              : {}),
            setUp: `${names}; ${setUp}`,
          },
          {
            name: `commands inside scripts a minute at rest, profile ${profile}`,
            value: inside,
            unit: "commands/minute",
            baseline: { what: "three workers of BullMQ as it comes", value: raw.inside },
            ratio: inside / raw.inside,
            setUp,
          },
        ];
      });
      const standard = stations[PROFILES.indexOf("standard")]!;
      return [...figures, ...(await perMessage(standard, rates[1]!, quick ? 10 : MESSAGES, say))];
    } finally {
      await Promise.all([...stations.map((station) => station.stop()), plain.stop()]);
    }
  });

interface Rate {
  readonly client: number;
  readonly inside: number;
  readonly byName: Readonly<Record<string, number>>;
}

function perMinute(before: RedisFigures, after: RedisFigures, seconds: number): Rate {
  const rate = (count: number): number => (count / seconds) * 60;
  const names = Object.entries(after.client).map(
    ([name, count]) => [name, rate(count - (before.client[name] ?? 0))] as const,
  );
  return {
    client: rate(after.clientTotal - before.clientTotal),
    inside: rate(after.inside - before.inside),
    byName: Object.fromEntries(names.filter(([, each]) => each > 0)),
  };
}

async function perMessage(
  station: Station,
  idle: Rate,
  messages: number,
  say: (line: string) => void,
): Promise<Figure[]> {
  say(`commands: ${messages} messages one at a time`);
  const contact = station.contact();
  await station.settled();
  const began = performance.now();
  const before = (await station.figures()).redis;
  for (let number = 0; number < messages; number++) {
    const shown = contact.displayed.length;
    contact.write(station.phones[0]!, `message ${number}`);
    await contact.waitFor(() => contact.displayed.length > shown);
  }
  await station.settled();
  const after = (await station.figures()).redis;
  const minutes = (performance.now() - began) / 60_000;
  const setUp = `${messages} messages of one customer, each after the answer to the one before, without what the worker asks at rest; profile standard; ${machine()}`;
  const each = (count: number, rest: number): number => (count - rest * minutes) / messages;
  return [
    {
      name: "commands per message",
      value: each(after.clientTotal - before.clientTotal, idle.client),
      unit: "commands",
      setUp,
    },
    {
      name: "commands inside scripts per message",
      value: each(after.inside - before.inside, idle.inside),
      unit: "commands",
      setUp,
    },
  ];
}
