import type { AnyMessage } from "../whatsapp/contact.ts";
import type { Attachment } from "./line.ts";

/** What a phone would send; what it refers to is nowhere, as nobody fetches it. */
export function attachment(what: Attachment, caption: string | undefined): AnyMessage {
  const words = caption === undefined ? {} : { caption };
  switch (what) {
    case "photo":
      return { imageMessage: { mimetype: "image/jpeg", width: 1080, height: 1440, ...words } };
    case "audio":
      return { audioMessage: { mimetype: "audio/ogg; codecs=opus", seconds: 7, ptt: true } };
    case "document":
      return { documentMessage: { mimetype: "application/pdf", fileName: "pedido.pdf", ...words } };
    case "sticker":
      return { stickerMessage: { mimetype: "image/webp", isAnimated: false } };
    case "location":
      return {
        locationMessage: {
          degreesLatitude: -23.561_4,
          degreesLongitude: -46.655_9,
          name: "MASP",
          address: "Av. Paulista, 1578",
        },
      };
    case "contact":
      return {
        contactMessage: {
          displayName: "Duda",
          vcard: "BEGIN:VCARD\nVERSION:3.0\nFN:Duda\nTEL;waid=5511944443333:+55 11 94444-3333\nEND:VCARD",
        },
      };
  }
}
