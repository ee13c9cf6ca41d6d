import { randomBytes } from "node:crypto";
import type { Channel } from "../control/channel.ts";
import { ORGANIZATION_MESSAGES } from "./trial.ts";

/** Who is linked, and how. */
interface Linking {
  readonly organizations: number;
  /** The phone of an organization scans the code. */
  readonly scan: (organization: string, qr: string) => Promise<void>;
  readonly signal: AbortSignal;
}

/** A worker notices a request with its next heartbeat, and links a number within the time of its codes, in s. */
const PATIENCE = { noticeSeconds: 45, answerSeconds: 90 } as const;

/** So many at once: each takes a few heartbeats, and an admin API answers 20 requests at a time. */
const ABREAST = 10;

/**
 * Adds organizations and links a number for each.
 * @param connect a channel of its own for each: an answer is waited for on it
 * @returns their names, which no other run has
 * @throws RequestFailed, or AbortError when it is told to stop
 */
export async function linkNumbers(connect: () => Channel, linking: Linking): Promise<readonly string[]> {
  const own = randomBytes(3).toString("hex");
  const names = Array.from({ length: linking.organizations }, (_, index) => `bench-${own}-${index + 1}`);
  for (let from = 0; from < names.length; from += ABREAST) {
    const some = names.slice(from, from + ABREAST);
    await Promise.all(some.map((organization) => link(organization, connect(), linking)));
  }
  return names;
}

async function link(organization: string, channel: Channel, { scan, signal }: Linking): Promise<void> {
  const settings = { name: organization, ...ORGANIZATION_MESSAGES };
  try {
    signal.throwIfAborted();
    for await (const _answer of channel.ask({ verb: "org add", organization, settings }, PATIENCE)) continue;
    signal.throwIfAborted();
    for await (const answer of channel.ask({ verb: "pair", organization }, PATIENCE))
      if (answer.kind === "qr") await scan(organization, answer.qr);
  } finally {
    channel.close();
  }
}
