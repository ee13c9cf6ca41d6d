import { WA_CERT_DETAILS } from "@whiskeysockets/baileys";
import type { Redis } from "ioredis";
import type { ConversationRecord } from "../../conversation/record.ts";
import type { Logger } from "../../runtime/logging.ts";
import type { Lease } from "../../sessions/lease.ts";
import type { ConnectionContext, WhatsApp } from "../../sessions/whatsapp.ts";
import type { Keys } from "../redis/keys.ts";
import type { Sealing } from "../redis/sealing.ts";
import { adopt } from "./adoption.ts";
import { BaileysConnection } from "./connection.ts";
import { forget, knownAs } from "./forgetting.ts";
import { SessionState } from "./session-state.ts";

export interface BaileysOptions {
  readonly redis: Redis;
  readonly keys: Keys;
  readonly sealing: Sealing;
  readonly record: ConversationRecord;
  readonly log: Logger;
  /** `wss://…` */
  readonly url: string;
  /** 32 bytes, hex: the key that signs WhatsApp's certificates. */
  readonly trustRoot: string;
}

/** WhatsApp through unmodified Baileys, with its state in Redis under the shard's lease. */
export function baileysWhatsApp(options: BaileysOptions): WhatsApp {
  // The only way to give Baileys another root; one for the whole process.
  (WA_CERT_DETAILS as { PUBLIC_KEY: Buffer }).PUBLIC_KEY = Buffer.from(options.trustRoot, "hex");

  const load = async (organization: string, lease: Lease, onFailure: (error: Error) => void) =>
    await SessionState.load({ ...options, organization, lease, onFailure });

  return {
    wipe: async (organization, lease) => {
      await (await load(organization, lease, () => {})).wipe();
    },
    linked: async (organization, lease) => (await load(organization, lease, () => {})).paired,
    knownAs: async (organization, lease, users) => knownAs(await load(organization, lease, () => {}), users),
    forget: async (organization, lease, users) => {
      await forget(await load(organization, lease, () => {}), users);
    },
    adopt: async (organization, lease, values) => {
      await adopt({ ...options, organization, lease }, values);
    },
    connect: async (context: ConnectionContext) => {
      let connection: BaileysConnection | undefined;
      const state = await load(context.organization, context.lease, (error) => connection?.fail(error));
      if (!state.paired && !context.pairing) return undefined;
      state.forgetHalfLinked();
      connection = new BaileysConnection({ ...options, ...context, state });
      return connection;
    },
  };
}
