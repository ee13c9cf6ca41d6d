import type { proto } from "@whiskeysockets/baileys";
import type { MessageKind } from "../../sessions/message-kinds.ts";

/**
 * What a field of WhatsApp's message holds: a kind of message; `words`, which are text; `media`, which has a row of its
 * own with and without words; a `wrapper` around another message; a `change` of an earlier one; a `signal`, which no
 * person sent; or a `part`, which says nothing by itself.
 */
export type FieldMeaning =
  | Exclude<MessageKind, "text" | "call" | `captioned${string}`>
  | "words"
  | "wrapper"
  | "change"
  | "signal"
  | "part";

/** Every field that this version of the protocol has. The order decides where a message holds several. */
export const CONTENT_FIELDS: Readonly<Record<keyof proto.IMessage, FieldMeaning>> = {
  protocolMessage: "change",

  ephemeralMessage: "wrapper",
  viewOnceMessage: "wrapper",
  viewOnceMessageV2: "wrapper",
  viewOnceMessageV2Extension: "wrapper",
  documentWithCaptionMessage: "wrapper",
  editedMessage: "wrapper",
  associatedChildMessage: "wrapper",
  groupMentionedMessage: "wrapper",
  lottieStickerMessage: "wrapper",
  limitSharingMessage: "wrapper",
  botForwardedMessage: "wrapper",
  botInvokeMessage: "wrapper",
  questionMessage: "wrapper",
  questionReplyMessage: "wrapper",
  pollCreationMessageV4: "wrapper",
  deviceSentMessage: "part",

  conversation: "words",
  extendedTextMessage: "words",
  questionResponseMessage: "words",
  statusQuestionAnswerMessage: "words",
  statusQuotedMessage: "words",
  buttonsResponseMessage: "choice",
  listResponseMessage: "choice",
  templateButtonReplyMessage: "choice",
  interactiveResponseMessage: "choice",

  imageMessage: "image",
  videoMessage: "video",
  ptvMessage: "video",
  documentMessage: "document",
  audioMessage: "audio",
  stickerMessage: "sticker",
  stickerPackMessage: "sticker",
  locationMessage: "location",
  liveLocationMessage: "location",
  contactMessage: "contact",
  contactsArrayMessage: "contact",
  pollCreationMessage: "poll",
  pollCreationMessageV2: "poll",
  pollCreationMessageV3: "poll",
  pollCreationMessageV5: "poll",
  eventMessage: "event",
  scheduledCallCreationMessage: "event",
  productMessage: "product",
  orderMessage: "order",
  invoiceMessage: "order",
  sendPaymentMessage: "payment",
  requestPaymentMessage: "payment",
  declinePaymentRequestMessage: "payment",
  cancelPaymentRequestMessage: "payment",
  paymentInviteMessage: "payment",
  groupInviteMessage: "invite",
  newsletterAdminInviteMessage: "invite",
  newsletterFollowerInviteMessageV2: "invite",
  placeholderMessage: "unreadable",

  reactionMessage: "reaction",
  encReactionMessage: "reaction",
  statusStickerInteractionMessage: "reaction",
  pollUpdateMessage: "vote",
  encEventResponseMessage: "vote",

  templateMessage: "automatic",
  highlyStructuredMessage: "automatic",
  buttonsMessage: "automatic",
  listMessage: "automatic",
  interactiveMessage: "automatic",
  richResponseMessage: "automatic",

  // The images and videos of an album come one by one after it.
  albumMessage: "signal",
  // An encrypted change, of which only the one that was changed has the key.
  secretEncryptedMessage: "signal",
  call: "signal",
  callLogMesssage: "signal",
  bcallMessage: "signal",
  scheduledCallEditMessage: "signal",
  chat: "signal",
  stickerSyncRmrMessage: "signal",
  keepInChatMessage: "signal",
  pinInChatMessage: "signal",
  requestPhoneNumberMessage: "signal",
  messageHistoryBundle: "signal",
  messageHistoryNotice: "signal",
  commentMessage: "signal",
  encCommentMessage: "signal",
  eventCoverImage: "signal",
  pollCreationOptionImageMessage: "signal",
  pollResultSnapshotMessage: "signal",
  pollResultSnapshotMessageV3: "signal",
  statusMentionMessage: "signal",
  groupStatusMentionMessage: "signal",
  statusAddYours: "signal",
  statusNotificationMessage: "signal",
  groupStatusMessage: "signal",
  groupStatusMessageV2: "signal",
  botTaskMessage: "signal",

  senderKeyDistributionMessage: "part",
  fastRatchetKeySenderKeyDistributionMessage: "part",
  messageContextInfo: "part",
};
