import type { Redis } from "ioredis";
import { z } from "zod";
import type { Keys } from "../adapters/redis/keys.ts";
import { Unsealable, type Sealing } from "../adapters/redis/sealing.ts";
import type { Lease } from "./lease.ts";
import type { PairingEvent } from "./pairing.ts";
import type { Sessions } from "./sessions.ts";
import { UnusableSession, type WhatsApp } from "./whatsapp.ts";

/** What comes with the request was sealed for it, not long ago: what lay in a store once is not taken up again. */
const FRESH_MS = 10 * 60_000;

const partSchema = z.strictObject({
  /** When it was sealed, in ms since the epoch. */
  at: z.number(),
  /** Whether a linked session may be replaced. */
  replace: z.boolean(),
  values: z.array(z.tuple([z.string().regex(/^[a-z-]+(:.+)?$/), z.string()])),
});

export interface SessionImportOptions {
  readonly redis: Redis;
  readonly keys: Keys;
  readonly sealing: Sealing;
  readonly whatsapp: WhatsApp;
  readonly sessions: Sessions;
}

/**
 * Takes over a WhatsApp session that an operator sends along, and opens it.
 * @param tell that it is connected, or why not; may come later
 * @throws UnusableSession with the reason; nothing was changed then. LeaseLost
 */
export async function importSession(
  options: SessionImportOptions,
  { id, organization, parts }: { readonly id: string; readonly organization: string; readonly parts: number },
  lease: Lease,
  tell: (event: PairingEvent) => void,
): Promise<void> {
  const { sessions, whatsapp } = options;
  const { replace, values } = await receive(options, id, organization, parts);
  const session = sessions.of(organization);
  if (session?.status === "pairing")
    throw new UnusableSession(`${organization} is being linked by a QR code at this moment`);
  if (!replace && (await whatsapp.linked(organization, lease)))
    throw new UnusableSession(
      `${organization} is linked already (${session?.status ?? "closed"}): with --replace its session is given up`,
    );
  // Else it would write its own state over what is adopted.
  await session?.close();
  try {
    await whatsapp.adopt(organization, lease, values);
  } catch (error) {
    // It goes on with what it had.
    await sessions.open(organization, lease);
    throw error;
  }
  const opened = await sessions.open(organization, lease);
  opened.follow(tell);
}

/** @throws UnusableSession when it is not whole, not for this organization, or not from who has the key */
async function receive(
  { redis, keys, sealing }: SessionImportOptions,
  id: string,
  organization: string,
  parts: number,
): Promise<{ replace: boolean; values: Map<string, string> }> {
  const sealed = await redis.lrange(keys.attachment(id), 0, -1);
  await redis.del(keys.attachment(id));
  if (sealed.length !== parts)
    throw new UnusableSession(`expected ${parts} parts of the session, got ${sealed.length}; ask again`);
  const opened = sealed.map((part, index) =>
    open(sealing, `${keys.prefix}:import:${organization} ${index + 1}/${parts}`, part),
  );
  if (opened.some(({ at }) => Math.abs(Date.now() - at) > FRESH_MS))
    throw new UnusableSession("expected a session that was sealed just now: do the clocks agree?");
  return {
    replace: opened.every(({ replace }) => replace),
    values: new Map(opened.flatMap(({ values }) => values)),
  };
}

function open(sealing: Sealing, place: string, part: string): z.infer<typeof partSchema> {
  try {
    return partSchema.parse(JSON.parse(sealing.openText(place, part)));
  } catch (error) {
    if (error instanceof Unsealable)
      throw new UnusableSession(
        "OXY_ENCRYPTION_KEYS: expected the keys that this worker has, got others: the session does not open",
      );
    throw new UnusableSession("expected a session as oxy sessions import sends it, got something else");
  }
}
