import type { SignalAuthState, SignalRepositoryWithLIDStore, SocketConfig } from "@whiskeysockets/baileys";
import { makeLibSignalRepository } from "@whiskeysockets/baileys/lib/Signal/libsignal.js";
import type { Inbox } from "./inbox.ts";
import type { Ratchet, Step } from "./ratchet.ts";
import { SessionChoice } from "./session-choice.ts";
import type { SessionState } from "./session-state.ts";

type MakeSignalRepository = SocketConfig["makeSignalRepository"];
type Decrypt = Parameters<SignalRepositoryWithLIDStore["decryptMessage"]>[0];

/**
 * Baileys' own Signal repository, with every call that moves a ratchet made a {@link Ratchet} step: stored before
 * its ciphertext is used, never at the same time as another one of this phone, and, when it decrypts, stored
 * together with the text.
 * @param resent told of what the phone sends to its own devices
 */
export function signalRepository(
  state: SessionState,
  ratchet: Ratchet,
  inbox: Inbox,
  resent: (plain: Uint8Array) => Promise<void>,
): MakeSignalRepository {
  return (_auth, logger, pnToLid) => {
    // Baileys passes its own transactions over the key store; here each step is one.
    const auth = { creds: state.creds, keys: ratchet.repositoryKeys } as SignalAuthState;
    const stock = makeLibSignalRepository(auth, logger, pnToLid);
    const { lidMapping } = stock;

    /** May ask the network, so it comes before the lock; under the lock the answer is then known. */
    const resolveLid = async (jid: string): Promise<void> => {
      await lidMapping.getLIDForPN(jid);
    };

    const decrypt = async (message: Decrypt): Promise<Uint8Array> => {
      await resolveLid(message.jid);
      const stanza = inbox.stanzaOf(message.ciphertext);
      const place = stanza === undefined ? undefined : await inbox.placeOf(stanza, lidMapping);
      const receive = async (step: Step): Promise<Uint8Array> => {
        const plain = await stock.decryptMessage(message);
        if (stanza === undefined || place === undefined) return plain;
        const decrypted = inbox.decrypted(stanza, place, plain);
        step.inbound.push(decrypted.item);
        return decrypted.plain;
      };
      try {
        const { result, received } = await decryptBySession(ratchet, message, receive);
        if (stanza !== undefined && place !== undefined) inbox.report(stanza, place, received);
        if (stanza?.attrs["category"] === "peer") await resent(result);
        return result;
      } catch (error) {
        if (stanza === undefined || place === undefined) throw error;
        // A repeated delivery: the ratchet moved on when it was first stored, so the stored text is the answer.
        const stored = await inbox.find(stanza, place);
        if (stored === undefined) throw error;
        return stored;
      }
    };

    return {
      ...stock,
      decryptMessage: decrypt,
      decryptGroupMessage: async (message) =>
        (await ratchet.step(() => stock.decryptGroupMessage(message))).result,
      encryptMessage: async (message) => {
        await resolveLid(message.jid);
        return (await ratchet.step(() => stock.encryptMessage(message))).result;
      },
      encryptGroupMessage: async (message) =>
        (await ratchet.step(() => stock.encryptGroupMessage(message))).result,
      getSenderKeyDistributionMessage: async (request) =>
        (await ratchet.step(() => stock.getSenderKeyDistributionMessage(request))).result,
      processSenderKeyDistributionMessage: async (message) => {
        await ratchet.step(() => stock.processSenderKeyDistributionMessage(message));
      },
      injectE2ESession: async (session) => {
        await resolveLid(session.jid);
        await ratchet.step(() => stock.injectE2ESession(session));
      },
      deleteSession: async (jids) => {
        await ratchet.step(() => stock.deleteSession(jids));
      },
      migrateSession: async (from, to) => (await ratchet.step(() => stock.migrateSession(from, to))).result,
      // A half-changed record would look like "no session", and Baileys would re-key the contact.
      validateSession: async (jid) => {
        await resolveLid(jid);
        return await ratchet.look(() => stock.validateSession(jid));
      },
      getSessionInfo: async (jid) => {
        await resolveLid(jid);
        return await ratchet.look(() => stock.getSessionInfo(jid));
      },
      hasSenderKey: async (request) => await ratchet.look(() => stock.hasSenderKey(request)),
    };
  };
}

/** A first message of a session names its session; any other is tried with one session at a time. */
async function decryptBySession(
  ratchet: Ratchet,
  message: Decrypt,
  receive: (step: Step) => Promise<Uint8Array>,
) {
  if (message.type === "pkmsg") return await ratchet.step(receive);
  for (let attempt = 0; ; attempt++) {
    const choice = new SessionChoice(message.ciphertext, attempt);
    try {
      return await ratchet.step(receive, choice);
    } catch (error) {
      if (attempt + 1 >= choice.candidates) throw error;
    }
  }
}
