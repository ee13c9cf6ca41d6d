import {
  areJidsSameUser,
  isJidBroadcast,
  isJidGroup,
  isJidNewsletter,
  type BinaryNode,
  type WASocket,
} from "@whiskeysockets/baileys";

/**
 * Confirms what comes in groups, broadcasts (a status is one) and channels, so that it is not delivered again, without
 * decrypting it: a flood there costs neither time nor a command, and nobody there talks to us. Keys that come along are
 * not missed, because we never write there, and a sender's own session takes up after what was left out.
 * @returns false for what is none of these
 */
export async function confirmCrowd(socket: WASocket, { attrs }: BinaryNode): Promise<boolean> {
  const { from, id, participant, type } = attrs;
  if (from === undefined || id === undefined) return false;
  if (isJidNewsletter(from)) {
    await socket.sendNode({
      tag: "ack",
      attrs: { class: "message", id, to: from, ...(type ? { type } : {}) },
    });
    return true;
  }
  if (!isJidGroup(from) && !isJidBroadcast(from)) return false;
  const me = socket.authState.creds.me;
  const isOwn =
    participant !== undefined &&
    (areJidsSameUser(participant, me?.id) || areJidsSameUser(participant, me?.lid));
  await socket.sendReceipt(from, participant, [id], isOwn ? "sender" : "inactive");
  return true;
}
