import type {
  SignalKeyStore,
  SignalRepositoryWithLIDStore,
  UserFacingSocketConfig,
} from "@whiskeysockets/baileys";
import { makeLibSignalRepository } from "@whiskeysockets/baileys/lib/Signal/libsignal.js";
import { WhisperMessage } from "libsignal/src/protobufs.js";
import type { Account } from "./stock-client.ts";

type MakeRepository = NonNullable<UserFacingSocketConfig["makeSignalRepository"]>;
type Decrypt = SignalRepositoryWithLIDStore["decryptMessage"];

/** What libsignal stores, though the library calls it bytes. */
interface StoredRecord {
  version: string;
  _sessions: Record<
    string,
    { _chains: Record<string, unknown>; indexInfo: { closed: number; used: number } }
  >;
}

const STEPS = new Set<PropertyKey>([
  "decryptMessage",
  "encryptMessage",
  "injectE2ESession",
  "validateSession",
  "getSessionInfo",
  "deleteSession",
  "migrateSession",
]);

/**
 * The library's own repository, one step at a time, written at once, and shown one session at a
 * time: a client that makes no mistakes of its own, so that whatever goes wrong is the simulator's.
 */
export function carefulRepository(account: Account): MakeRepository {
  return (auth, logger, lookUp) => {
    const keys = {
      ...account.keys,
      isInTransaction: () => false,
      transaction: async <T>(work: () => Promise<T>) => await work(),
    };
    const repository = makeLibSignalRepository({ creds: auth.creds, keys }, logger, lookUp);
    const stock: Decrypt = repository.decryptMessage.bind(repository);
    repository.decryptMessage = async (message) =>
      message.type === "msg"
        ? await oneSessionAtATime(
            account.keys,
            repository.jidToSignalProtocolAddress(message.jid),
            message,
            stock,
          )
        : await stock(message);
    let last: Promise<unknown> = Promise.resolve();
    return new Proxy(repository, {
      get(target, name: keyof SignalRepositoryWithLIDStore) {
        const member: unknown = target[name];
        if (!STEPS.has(name) || typeof member !== "function") return member;
        return async (...args: unknown[]) => {
          const step = last.then(() => Reflect.apply(member, target, args));
          last = step.catch(() => {});
          return await step;
        };
      },
    });
  };
}

async function oneSessionAtATime(
  keys: SignalKeyStore,
  address: string,
  message: Parameters<Decrypt>[0],
  decrypt: Decrypt,
): Promise<Uint8Array> {
  const load = async () =>
    (await keys.get("session", [address]))[address] as unknown as StoredRecord | undefined;
  const store = async (record: StoredRecord) =>
    await keys.set({ session: { [address]: record as unknown as Uint8Array } });
  const record = await load();
  if (!record) return await decrypt(message);
  const ephemeral = Buffer.from(
    WhisperMessage.decode(message.ciphertext.subarray(1, -8)).ephemeralKey,
  ).toString("base64");
  const rank = ({ _chains, indexInfo }: StoredRecord["_sessions"][string]) =>
    ephemeral in _chains ? 2 : indexInfo.closed === -1 ? 1 : 0;
  const sessions = Object.entries(record._sessions).toSorted(
    ([, a], [, b]) => rank(b) - rank(a) || b.indexInfo.used - a.indexInfo.used,
  );
  let failure: unknown;
  for (const [key, session] of sessions) {
    await store({ ...record, _sessions: { [key]: session } });
    try {
      const plain = await decrypt(message);
      const stepped = (await load())?._sessions[key];
      await store({ ...record, _sessions: { ...record._sessions, [key]: stepped ?? session } });
      return plain;
    } catch (error) {
      failure ??= error;
    }
  }
  await store(record);
  throw failure;
}
