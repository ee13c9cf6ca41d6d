import { proto } from "@whiskeysockets/baileys";
import { describe, expect, test } from "vitest";
import { CONTENT_FIELDS } from "./content-fields.ts";
import { DESCRIPTIONS } from "./descriptions.ts";
import { readMessage, type Reading } from "./reading.ts";

/** As it is read after it was on the wire. */
function read(message: proto.IMessage, stanzaType = "text"): Reading {
  return readMessage(proto.Message.decode(proto.Message.encode(message).finish()), stanzaType);
}

const hello: proto.IMessage = { conversation: "oi" };
const wrapped = (message: proto.IMessage): { message: proto.IMessage } => ({ message });

describe("the table of fields", () => {
  test("has a row for every field of WhatsApp's message, and none besides", () => {
    const described = Object.getOwnPropertyNames(proto.Message.prototype);
    const fields = described.filter(
      (name) => !name.startsWith("_") && name !== "constructor" && name !== "toJSON",
    );
    expect(fields.length).toBeGreaterThan(90);
    expect(Object.keys(CONTENT_FIELDS).toSorted()).toEqual(fields.toSorted());
  });

  test("says nothing of a kind that is not described, but for those that hold no words", () => {
    const silent = new Set([
      "sticker",
      "reaction",
      "vote",
      "automatic",
      "wrapper",
      "change",
      "signal",
      "part",
    ]);
    const undescribed = Object.entries(CONTENT_FIELDS)
      .filter(([field, meaning]) => !silent.has(meaning) && !(field in DESCRIPTIONS))
      .map(([field]) => field);
    expect(undescribed).toEqual([]);
  });
});

const texts: Record<string, proto.IMessage> = {
  plain: hello,
  extended: { extendedTextMessage: { text: "oi", matchedText: "https://example.com" } },
  "that vanishes": { ephemeralMessage: wrapped(hello) },
  "to be seen once": { viewOnceMessage: wrapped(hello) },
  "to be seen once, second version": { viewOnceMessageV2: wrapped(hello) },
  "to be seen once, its extension": { viewOnceMessageV2Extension: wrapped(hello) },
  "that vanishes and is to be seen once": {
    ephemeralMessage: wrapped({ viewOnceMessageV2: wrapped(hello) }),
  },
  "with context beside it": { messageContextInfo: { deviceListMetadataVersion: 2 }, ...hello },
};

test.each(Object.entries(texts))("a text %s is the text", (_, message) => {
  expect(read(message)).toEqual({ is: "message", kind: "text", words: "oi", text: "oi" });
});

test("a text that quotes another is read with a bounded part of what it quotes", () => {
  const quote = (quotedMessage: proto.IMessage): Reading =>
    read({ extendedTextMessage: { text: "este", contextInfo: { stanzaId: "A", quotedMessage } } });
  expect(quote({ conversation: "Azul ou verde?" })).toMatchObject({
    words: "este",
    text: "[em resposta a: Azul ou verde?]\neste",
  });
  expect(quote({ imageMessage: { caption: "o azul" } })).toMatchObject({
    text: "[em resposta a: [imagem] o azul]\neste",
  });
  const long = quote({ conversation: "a".repeat(10_000) });
  expect(long.is === "message" && long.text.length).toBeLessThan(400);
});

const kinds: [what: string, message: proto.IMessage, kind: string, text: string][] = [
  [
    "button",
    { buttonsResponseMessage: { selectedDisplayText: "Sim", selectedButtonId: "1" } },
    "choice",
    "Sim",
  ],
  ["button without label", { buttonsResponseMessage: { selectedButtonId: "yes" } }, "choice", "yes"],
  [
    "list",
    { listResponseMessage: { title: "Azul", singleSelectReply: { selectedRowId: "b" } } },
    "choice",
    "Azul",
  ],
  ["template", { templateButtonReplyMessage: { selectedDisplayText: "Quero" } }, "choice", "Quero"],
  [
    "form",
    {
      interactiveResponseMessage: { nativeFlowResponseMessage: { name: "flow", paramsJson: '{"size":40}' } },
    },
    "choice",
    'flow {"size":40}',
  ],
  ["image", { imageMessage: { mimetype: "image/jpeg" } }, "image", "[imagem]"],
  ["image with words", { imageMessage: { caption: "tem?" } }, "captionedImage", "[imagem]\ntem?"],
  [
    "image to be seen once",
    { viewOnceMessageV2: wrapped({ imageMessage: { caption: "tem?" } }) },
    "captionedImage",
    "[imagem]\ntem?",
  ],
  ["video", { videoMessage: { seconds: 12 } }, "video", "[vídeo de 12 s]"],
  ["GIF", { videoMessage: { gifPlayback: true } }, "video", "[GIF]"],
  ["video note", { ptvMessage: { seconds: 3 } }, "video", "[vídeo de 3 s]"],
  ["video with words", { videoMessage: { caption: "veja" } }, "captionedVideo", "[vídeo]\nveja"],
  [
    "document",
    { documentMessage: { fileName: "a.pdf", pageCount: 3 } },
    "document",
    "[documento: a.pdf, 3 páginas]",
  ],
  [
    "document with words",
    { documentWithCaptionMessage: wrapped({ documentMessage: { fileName: "a.pdf", caption: "assinado" } }) },
    "captionedDocument",
    "[documento: a.pdf]\nassinado",
  ],
  ["voice", { audioMessage: { ptt: true, seconds: 9 } }, "audio", "[mensagem de voz de 9 s]"],
  ["audio", { audioMessage: { seconds: 9 } }, "audio", "[áudio de 9 s]"],
  ["sticker", { stickerMessage: {} }, "sticker", "[figurinha]"],
  ["moving sticker", { lottieStickerMessage: wrapped({ stickerMessage: {} }) }, "sticker", "[figurinha]"],
  [
    "location",
    {
      locationMessage: { degreesLatitude: -23.5, degreesLongitude: -46.6, name: "Loja", address: "Rua A, 1" },
    },
    "location",
    "[localização: Loja, Rua A, 1, -23.50000, -46.60000]",
  ],
  [
    "live location",
    { liveLocationMessage: { degreesLatitude: 1, degreesLongitude: 2, caption: "chegando" } },
    "location",
    "[localização em tempo real: 1.00000, 2.00000]\nchegando",
  ],
  [
    "contact",
    { contactMessage: { displayName: "Bia", vcard: "BEGIN:VCARD\nTEL;waid=551:+55 11 1\nEND:VCARD" } },
    "contact",
    "[contato: Bia +55 11 1]",
  ],
  [
    "contacts",
    {
      contactsArrayMessage: {
        contacts: Array.from({ length: 12 }, (_, index) => ({ displayName: `C${index}` })),
      },
    },
    "contact",
    "[contatos: C0, C1, C2, C3, C4, C5, C6, C7, C8, C9, e mais 2]",
  ],
  [
    "poll",
    { pollCreationMessageV3: { name: "Cor?", options: [{ optionName: "A" }, { optionName: "B" }] } },
    "poll",
    "[enquete: Cor?, A / B]",
  ],
  [
    "event",
    { eventMessage: { name: "Visita", startTime: 1_800_000_000 } },
    "event",
    "[evento: Visita, 2027-01-15T08:00:00.000Z]",
  ],
  [
    "product",
    {
      productMessage: {
        product: { title: "Tênis", priceAmount1000: 199_900, currencyCode: "BRL" },
        body: "tem 40?",
      },
    },
    "product",
    "[produto: Tênis, BRL 199.90]\ntem 40?",
  ],
  [
    "order",
    {
      orderMessage: { itemCount: 2, totalAmount1000: 50_000, totalCurrencyCode: "BRL", message: "para hoje" },
    },
    "order",
    "[pedido: 2 itens, BRL 50.00]\npara hoje",
  ],
  ["invoice", { invoiceMessage: { note: "abril", token: "t" } }, "order", "[fatura]\nabril"],
  [
    "payment",
    { sendPaymentMessage: { noteMessage: { conversation: "pix" } } },
    "payment",
    "[pagamento enviado]\npix",
  ],
  [
    "payment asked for",
    { requestPaymentMessage: { amount1000: 10_000, currencyCodeIso4217: "BRL" } },
    "payment",
    "[pedido de pagamento: BRL 10.00]",
  ],
  [
    "invitation",
    { groupInviteMessage: { groupName: "Ofertas", groupJid: "1@g.us" } },
    "invite",
    "[convite para o grupo: Ofertas]",
  ],
  ["placeholder", { placeholderMessage: {} }, "unreadable", "[mensagem que só o celular mostra]"],
  ["reaction", { reactionMessage: { text: "👍", key: { id: "A" } } }, "reaction", "[reação]"],
  ["vote", { pollUpdateMessage: { pollCreationMessageKey: { id: "A" } } }, "vote", "[voto]"],
  [
    "template of a machine",
    { templateMessage: { hydratedTemplate: { hydratedContentText: "Promoção" } } },
    "automatic",
    "[mensagem automática]",
  ],
];

test.each(kinds)("%s", (_, message, kind, text) => {
  expect(read(message, "media")).toMatchObject({ is: "message", kind, text });
});

const key = { remoteJid: "551@lid", fromMe: false, id: "A1" };
const { Type } = proto.Message.ProtocolMessage;

test("an edit is read by what it says now, in whichever form it comes", () => {
  const change = {
    protocolMessage: { key, type: Type.MESSAGE_EDIT, editedMessage: { conversation: "dois" } },
  };
  const edit = { is: "edit", of: "A1", words: "dois", text: "dois" };
  expect(read(change)).toEqual(edit);
  expect(read({ editedMessage: wrapped(change) })).toEqual(edit);
  const caption = { imageMessage: { caption: "três" } };
  expect(read({ protocolMessage: { key, type: Type.MESSAGE_EDIT, editedMessage: caption } })).toMatchObject({
    is: "edit",
    text: "[imagem]\ntrês",
  });
});

test("a deletion names what was deleted", () => {
  expect(read({ protocolMessage: { key, type: Type.REVOKE } })).toEqual({ is: "revoke", of: "A1" });
});

const signals: Record<string, proto.IMessage> = {
  "an edit that says nothing": {
    protocolMessage: { key, type: Type.MESSAGE_EDIT, editedMessage: { conversation: "" } },
  },
  "an edit of an edit": {
    protocolMessage: {
      key,
      type: Type.MESSAGE_EDIT,
      editedMessage: { protocolMessage: { key, type: Type.MESSAGE_EDIT, editedMessage: hello } },
    },
  },
  "a deletion of nothing": { protocolMessage: { type: Type.REVOKE } },
  "a setting": { protocolMessage: { type: Type.EPHEMERAL_SETTING, ephemeralExpiration: 1 } },
  "an empty text": { conversation: "" },
  "spaces and marks that nobody sees": { conversation: " \u200F\u202E\u200B\n\0" },
  "an empty text that quotes": {
    extendedTextMessage: { text: " ", contextInfo: { quotedMessage: { conversation: "x" } } },
  },
  "the header of an album": { albumMessage: { expectedImageCount: 2 } },
  "an encrypted change": { secretEncryptedMessage: { encIv: Buffer.alloc(12) } },
};

test.each(Object.entries(signals))("%s is nothing that a person said", (_, message) => {
  expect(read(message)).toEqual({ is: "signal" });
});

test("what this version does not know is unreadable where people sent it, and a signal elsewhere", () => {
  // Field 2000, which no version has.
  const future = proto.Message.decode(Uint8Array.of(0x82, 0x7d, 0x02, 0x08, 0x01));
  expect(readMessage(future, "text")).toMatchObject({ kind: "unreadable" });
  expect(readMessage(future, "media")).toMatchObject({ kind: "unreadable" });
  expect(readMessage(future, "reaction")).toEqual({ is: "signal" });
  expect(readMessage(future, undefined)).toEqual({ is: "signal" });
});

test("a wrapper in a wrapper, however deep, ends", () => {
  let message = hello;
  for (let depth = 0; depth < 50; depth++) message = { ephemeralMessage: wrapped(message) };
  expect(read(message)).toMatchObject({ kind: "unreadable" });
  expect(read({ ephemeralMessage: {} })).toMatchObject({ kind: "unreadable" });
});
