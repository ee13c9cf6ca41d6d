import type { proto } from "@whiskeysockets/baileys";
import { cleanLine, cleanText } from "./words.ts";

/** What is read of a message beside its kind. */
export interface Described {
  /** What it is, as the AI reads it: `imagem`, `documento: pedido.pdf`. */
  readonly note?: string;
  /** What the sender wrote along with it. */
  readonly words?: string;
}

type Describe<T> = (content: T) => Described;
type Content<K extends keyof proto.IMessage> = NonNullable<proto.IMessage[K]>;

const CONTACTS_MAX = 10;
const OPTIONS_MAX = 12;

/** For each field that a person's message may have; media is described, never fetched. */
export const DESCRIPTIONS: { readonly [K in keyof proto.IMessage]?: Describe<Content<K>> } = {
  conversation: (text) => ({ words: cleanText(text) }),
  extendedTextMessage: ({ text }) => ({ words: cleanText(text) }),
  questionResponseMessage: ({ text }) => ({ words: cleanText(text) }),
  statusQuestionAnswerMessage: ({ text }) => ({ words: cleanText(text) }),
  statusQuotedMessage: ({ text }) => ({ words: cleanText(text) }),

  buttonsResponseMessage: (chosen) => choice(chosen.selectedDisplayText, chosen.selectedButtonId),
  templateButtonReplyMessage: (chosen) => choice(chosen.selectedDisplayText, chosen.selectedId),
  listResponseMessage: (chosen) => choice(chosen.title, chosen.singleSelectReply?.selectedRowId),
  interactiveResponseMessage: ({ body, nativeFlowResponseMessage: flow }) =>
    choice(body?.text, [flow?.name, flow?.paramsJson].filter(Boolean).join(" ")),

  imageMessage: ({ caption }) => ({ note: "imagem", words: cleanText(caption) }),
  videoMessage: (video) => ({
    note: `${video.gifPlayback ? "GIF" : "vídeo"}${lasting(video.seconds)}`,
    words: cleanText(video.caption),
  }),
  ptvMessage: (video) => ({ note: `vídeo${lasting(video.seconds)}`, words: cleanText(video.caption) }),
  documentMessage: (document) => ({
    note: labelled("documento", [cleanLine(document.fileName || document.title), pages(document.pageCount)]),
    words: cleanText(document.caption),
  }),
  audioMessage: (audio) => ({
    note: `${audio.ptt ? "mensagem de voz" : "áudio"}${lasting(audio.seconds)}`,
  }),

  locationMessage: (place) => ({
    note: labelled("localização", [cleanLine(place.name), cleanLine(place.address), coordinates(place)]),
    words: cleanText(place.comment),
  }),
  liveLocationMessage: (place) => ({
    note: labelled("localização em tempo real", [coordinates(place)]),
    words: cleanText(place.caption),
  }),
  contactMessage: (contact) => ({ note: labelled("contato", [person(contact)]) }),
  contactsArrayMessage: ({ contacts }) => ({
    note: labelled("contatos", some(contacts, CONTACTS_MAX, person)),
  }),

  pollCreationMessage: poll,
  pollCreationMessageV2: poll,
  pollCreationMessageV3: poll,
  pollCreationMessageV5: poll,
  eventMessage: (event) => ({
    note: labelled(event.isCanceled ? "evento cancelado" : "evento", [
      cleanLine(event.name),
      cleanLine(event.location?.name),
      moment(Number(event.startTime) * 1000),
    ]),
    words: cleanText(event.description, 1_000),
  }),
  scheduledCallCreationMessage: (call) => ({
    note: labelled("ligação marcada", [cleanLine(call.title), moment(Number(call.scheduledTimestampMs))]),
  }),

  productMessage: ({ product, body }) => ({
    note: labelled("produto", [
      cleanLine(product?.title),
      cleanLine(product?.productId),
      money(product?.priceAmount1000, product?.currencyCode),
    ]),
    words: cleanText(body),
  }),
  orderMessage: (order) => ({
    note: labelled("pedido", [
      cleanLine(order.orderTitle),
      order.itemCount ? `${order.itemCount} itens` : "",
      money(order.totalAmount1000, order.totalCurrencyCode),
    ]),
    words: cleanText(order.message),
  }),
  invoiceMessage: ({ note }) => ({ note: "fatura", words: cleanText(note) }),
  sendPaymentMessage: ({ noteMessage }) => ({ note: "pagamento enviado", words: noteOf(noteMessage) }),
  requestPaymentMessage: ({ noteMessage, amount1000, currencyCodeIso4217 }) => ({
    note: labelled("pedido de pagamento", [money(amount1000, currencyCodeIso4217)]),
    words: noteOf(noteMessage),
  }),
  declinePaymentRequestMessage: () => ({ note: "pedido de pagamento recusado" }),
  cancelPaymentRequestMessage: () => ({ note: "pedido de pagamento cancelado" }),
  paymentInviteMessage: () => ({ note: "convite para pagamentos" }),
  groupInviteMessage: ({ groupName, caption }) => ({
    note: labelled("convite para o grupo", [cleanLine(groupName)]),
    words: cleanText(caption),
  }),
  newsletterAdminInviteMessage: ({ newsletterName, caption }) => ({
    note: labelled("convite para o canal", [cleanLine(newsletterName)]),
    words: cleanText(caption),
  }),
  newsletterFollowerInviteMessageV2: ({ newsletterName, caption }) => ({
    note: labelled("convite para o canal", [cleanLine(newsletterName)]),
    words: cleanText(caption),
  }),
  placeholderMessage: () => ({ note: "mensagem que só o celular mostra" }),
};

function choice(label: string | null | undefined, id: string | null | undefined): Described {
  return { words: cleanText(label, 1_000) || cleanText(id, 1_000) };
}

function poll({ name, options }: proto.Message.IPollCreationMessage): Described {
  const choices = some(options, OPTIONS_MAX, ({ optionName }) => cleanLine(optionName));
  return { note: labelled("enquete", [cleanLine(name, 300), choices.join(" / ")]) };
}

/** What is told of a list: the first ones, and how many there are more. */
function some<T>(list: readonly T[] | null | undefined, most: number, tell: (item: T) => string): string[] {
  const items = list ?? [];
  const told = items.slice(0, most).map(tell);
  return items.length > most ? [...told, `e mais ${items.length - most}`] : told;
}

function person({ displayName, vcard }: proto.Message.IContactMessage): string {
  const numbers = [...cleanText(vcard, 20_000).matchAll(/^(?:item\d+\.)?TEL[^:\n]*:(.+)$/gim)]
    .slice(0, 3)
    .map(([, number]) => cleanLine(number, 30));
  return [cleanLine(displayName), ...numbers].filter(Boolean).join(" ");
}

function noteOf(message: proto.IMessage | null | undefined): string {
  return cleanText(message?.extendedTextMessage?.text ?? message?.conversation);
}

function labelled(label: string, details: readonly string[]): string {
  const known = details.filter(Boolean);
  return known.length === 0 ? label : `${label}: ${known.join(", ")}`;
}

function lasting(seconds: number | null | undefined): string {
  return seconds ? ` de ${seconds} s` : "";
}

function pages(count: number | null | undefined): string {
  return count ? `${count} páginas` : "";
}

function coordinates(place: { degreesLatitude?: number | null; degreesLongitude?: number | null }): string {
  const [latitude, longitude] = [Number(place.degreesLatitude), Number(place.degreesLongitude)];
  return Number.isFinite(latitude) && Number.isFinite(longitude)
    ? `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`
    : "";
}

function moment(at: number): string {
  // What JavaScript has no date for is not told.
  return at > 0 && at < 8.64e15 ? new Date(at).toISOString() : "";
}

/** Amounts come in thousandths of the currency's unit. */
function money(amount1000: unknown, currency: string | null | undefined): string {
  const amount = Number(amount1000) / 1000;
  return amount > 0 && Number.isFinite(amount) ? `${cleanLine(currency, 8)} ${amount.toFixed(2)}`.trim() : "";
}
