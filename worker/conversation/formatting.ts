/**
 * A text of an AI as WhatsApp shows it: well-formed, without control characters, and with WhatsApp's marks instead of
 * Markdown's. Code stays as it is, but for its language.
 */
export function asWhatsAppText(text: string): string {
  const clean = text
    .toWellFormed()
    .replaceAll(/\r\n?/g, "\n")
    // NUL and other characters that show nothing; tabs and line breaks stay.
    // oxlint-disable-next-line no-control-regex
    .replaceAll(/[\u0000-\u0008\u000B-\u001F\u007F]/g, "");
  return clean
    .split(/(```[\s\S]*?(?:```|$)|`[^`\n]*`)/)
    .map((piece, index) =>
      index % 2 === 1 ? piece.replace(/^```[\w+-]+\n/, "```\n") : withWhatsAppMarks(piece),
    )
    .join("")
    .replaceAll(/\n{3,}/g, "\n\n")
    .trim();
}

function withWhatsAppMarks(text: string): string {
  return (
    text
      // Before emphasis: an address may hold its marks.
      .replaceAll(/!?\[([^[\]\n]*)\]\((https?:[^\s()]+)\)/g, (_all, label: string, address: string) =>
        label === "" || label === address ? address : `${label}: ${address}`,
      )
      .replaceAll(/\*\*\*(?=\S)([^*\n]*?\S)\*\*\*/g, "*_$1_*")
      .replaceAll(/\*\*(?=\S)([^*\n]*?\S)\*\*/g, "*$1*")
      .replaceAll(/(?<![\w_])__(?=\S)([^_\n]*?\S)__(?![\w_])/g, "_$1_")
      .replaceAll(/~~(?=\S)([^~\n]*?\S)~~/g, "~$1~")
      .replaceAll(/^#{1,6}[ \t]+(.+?)[ \t]*#*$/gm, (_all, title: string) => `*${title.replaceAll("*", "")}*`)
      .replaceAll(/^([ \t]*)[*+][ \t]+(?=\S)/gm, "$1- ")
      .replaceAll(/^[ \t]*(?:-{3,}|\*{3,}|_{3,})[ \t]*$/gm, "")
  );
}
