/** What becomes of a message: docs/messages.md has the whole table, which is made of this one. */
export const TREATMENTS = ["answer", "acknowledge", "hand-over", "ignore"] as const;

export type MessageTreatment = (typeof TREATMENTS)[number];

interface KindOfMessage {
  /** What it is, as a person would say it. */
  readonly what: string;
  /** Unless the organization decides otherwise. */
  readonly treatment: MessageTreatment;
  /** What the AI reads of it, in this turn or in a later one. */
  readonly reads: string;
  readonly why: string;
}

/** Every kind of message from one person to the organization; an organization may treat each otherwise by its name. */
export const MESSAGE_KINDS = {
  text: {
    what: "text: plain, with a link, disappearing, to be seen once, quoting another",
    treatment: "answer",
    reads: "the text, and what it quotes",
    why: "it is what the organization is there for",
  },
  choice: {
    what: "reply to buttons, a list, a template or a form",
    treatment: "answer",
    reads: "what was chosen",
    why: "it is said by touch instead of by typing",
  },
  captionedImage: {
    what: "image with words",
    treatment: "answer",
    reads: "that there is an image, and the words",
    why: "the words can be answered; the image is not seen, and the AI knows that",
  },
  captionedVideo: {
    what: "video with words",
    treatment: "answer",
    reads: "that there is a video, and the words",
    why: "as an image with words",
  },
  captionedDocument: {
    what: "document with words",
    treatment: "answer",
    reads: "that there is a document, its name, and the words",
    why: "as an image with words",
  },
  image: {
    what: "image without words",
    treatment: "acknowledge",
    reads: "that there was one",
    why: "media is never opened, so the customer is asked to write what it is about",
  },
  video: {
    what: "video, GIF or video note without words",
    treatment: "acknowledge",
    reads: "that there was one, and how long it is",
    why: "as an image",
  },
  document: {
    what: "document without words",
    treatment: "acknowledge",
    reads: "that there was one, and its name",
    why: "as an image",
  },
  audio: {
    what: "voice message, audio file",
    treatment: "acknowledge",
    reads: "that there was one, and how long it is",
    why: "as an image",
  },
  location: {
    what: "location, live location",
    treatment: "answer",
    reads: "name, address and coordinates; of a live one where it began",
    why: "it can be told in words",
  },
  contact: {
    what: "contact, several contacts",
    treatment: "answer",
    reads: "names and numbers, of the first ten",
    why: "it can be told in words",
  },
  poll: {
    what: "poll",
    treatment: "answer",
    reads: "the question and its options",
    why: "it can be told in words",
  },
  event: {
    what: "event, call to be made later",
    treatment: "answer",
    reads: "name, description and time",
    why: "it can be told in words",
  },
  product: {
    what: "product of a catalogue",
    treatment: "answer",
    reads: "its name and price, and the words",
    why: "it is what the question is about",
  },
  order: {
    what: "order, invoice",
    treatment: "hand-over",
    reads: "number of items, total and words, when the chat is the AI's again",
    why: "somebody wants to buy: that is not left to a machine",
  },
  payment: {
    what: "payment sent, asked for, declined, cancelled or offered",
    treatment: "hand-over",
    reads: "that it was about a payment",
    why: "money is not left to a machine",
  },
  invite: {
    what: "invitation to a group or a channel",
    treatment: "acknowledge",
    reads: "of which group or channel",
    why: "nothing is joined",
  },
  call: {
    what: "call that nobody took",
    treatment: "acknowledge",
    reads: "that there was one",
    why: "the caller is asked to write; what is taken or declined on the phone is the owner's own answer",
  },
  unreadable: {
    what: "something this version does not know, or that linked devices may not show",
    treatment: "acknowledge",
    reads: "that there was something",
    why: "a person sent it, and waits",
  },
  sticker: { what: "sticker", treatment: "ignore", reads: "nothing", why: "it asks for nothing" },
  reaction: {
    what: "reaction to a message",
    treatment: "ignore",
    reads: "nothing",
    why: "it asks for nothing",
  },
  vote: {
    what: "vote in a poll, answer to an event",
    treatment: "ignore",
    reads: "nothing",
    why: "it is encrypted for who asked, and asks for nothing",
  },
  automatic: {
    what: "template, buttons, list or the like, which only machines send",
    treatment: "ignore",
    reads: "nothing",
    why: "two machines would answer each other for ever",
  },
} as const satisfies Readonly<Record<string, KindOfMessage>>;

export type MessageKind = keyof typeof MESSAGE_KINDS;

/** What comes besides, and is treated the same for everybody. */
export const FIXED_KINDS: readonly (Omit<KindOfMessage, "treatment"> & { readonly becomes: string })[] = [
  {
    what: "edit",
    becomes: "takes the place of what it corrects; once that is answered, answered as a correction",
    reads: "the new words only, or the new words as a correction",
    why: "an answer to what is not meant any more helps nobody; a turn that is being thought begins anew",
  },
  {
    what: "deletion",
    becomes: "what was deleted is forgotten",
    reads: "nothing of it, in no later turn",
    why: "it was taken back",
  },
  {
    what: "what the owner writes on the phone",
    becomes: "the AI keeps out of the chat for `silenceMinutes`",
    reads: "what the owner said, in later turns",
    why: "a person has taken over",
  },
  {
    what: "empty text, or nothing but invisible characters",
    becomes: "ignored",
    reads: "nothing",
    why: "there is nothing to answer",
  },
  {
    what: "older than `answerUpToMinutes` when it comes",
    becomes: "ignored, but for a wish to get no campaigns, which holds however late it comes",
    reads: "nothing",
    why: "left to people, who see it on the phone",
  },
  {
    what: "in a group, a status, a broadcast list, a channel",
    becomes: "ignored, and not even decrypted",
    reads: "nothing",
    why: "nobody there talks to the organization's assistant",
  },
  {
    what: "signals of the protocol: keys, settings, history, pins, calls under way",
    becomes: "ignored",
    reads: "nothing",
    why: "no person said anything",
  },
];
