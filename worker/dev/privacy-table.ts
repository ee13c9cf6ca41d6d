import { KEY_FAMILIES, MESSAGE_QUEUE } from "../privacy/key-families.ts";

/** What is kept, for how long: the table of docs/privacy.md. Run directly, this module prints it. */
export function privacyTable(): string {
  const rows = Object.entries({ ...KEY_FAMILIES, "message-‹slot›": MESSAGE_QUEUE }).map(
    ([name, { about, of, ends }]) => `| \`${name}\` | ${about} | ${of} | ${ends} |`,
  );
  return ["| key | what | of | until |", "| --- | --- | --- | --- |", ...rows].join("\n");
}

if (import.meta.main) process.stdout.write(`${privacyTable()}\n`);
