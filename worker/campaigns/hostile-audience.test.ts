import { setImmediate as turn } from "node:timers/promises";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Audience, InvalidAudience } from "./audience.ts";
import { type CampaignRecipient, importAudience, type LeftOut } from "./import.ts";
import { parseTemplate } from "./template.ts";

const numberOf = (index: number): string => `119${80_000_000 + index}`;
const rowsOf = (count: number): string =>
  Array.from({ length: count }, (_, index) => `Ana ${index};${numberOf(index)}`).join("\n");

interface Imported {
  readonly recipients: readonly CampaignRecipient[];
  readonly total: number;
  readonly leftOut: LeftOut;
  /** How often others had their turn meanwhile. */
  readonly turns: number;
}

async function imported(
  csv: Extract<Audience, { csv: unknown }>["csv"],
  template = "Oi {{nome|cliente}}",
): Promise<Imported> {
  const recipients: CampaignRecipient[] = [];
  let turns = 0;
  const done = new AbortController();
  const others = (async () => {
    for (; !done.signal.aborted; turns++) await turn();
  })();
  try {
    const result = await importAudience({ csv }, parseTemplate(template), async (recipient) => {
      recipients.push(recipient);
    });
    return { ...result, recipients, turns };
  } finally {
    done.abort();
    await others;
  }
}

test("a hundred thousand rows: each recipient once, and others have their turn all the while", async () => {
  const { total, recipients, leftOut, turns } = await imported(`nome;telefone\n${rowsOf(100_000)}`);
  expect([total, new Set(recipients.map(({ number }) => number)).size, leftOut.counts]).toEqual([
    100_000,
    100_000,
    {},
  ]);
  expect(turns).toBeGreaterThan(300);
});

test("rows that are all left out keep the process no longer busy than others", async () => {
  const { total, leftOut, turns } = await imported(`nome;telefone\n${"Ana;123\n".repeat(20_000)}`);
  expect([total, leftOut.counts]).toEqual([0, { "not a phone number": 20_000 }]);
  expect(leftOut.lines).toHaveLength(100);
  expect(turns).toBeGreaterThan(60);
});

test("a quote that is not closed puts nobody else's row into a customer's message", async () => {
  const stray = `nome;telefone\nBia;${numberOf(1)}\n"João;${numberOf(2)}\n${rowsOf(50)}\nZé";${numberOf(3)}\nCaio;${numberOf(400)}\n`;
  const { recipients, leftOut } = await imported(stray);
  expect(recipients.map(({ values }) => values["nome"])).toEqual(["Bia", "Caio"]);
  expect(leftOut).toEqual({
    counts: { "several lines in one: a quote is not closed": 1 },
    lines: [{ line: 54, reason: "several lines in one: a quote is not closed" }],
  });
  // Nor where it is in a column that the template has not.
  const elsewhere = await imported(stray.replaceAll("nome", "obs"));
  expect(elsewhere.leftOut.counts).toEqual(leftOut.counts);
  expect(elsewhere.total).toBe(2);
});

test("a quote that is not closed at all: refused, with the line", async () => {
  await expect(imported(`nome;telefone\n"João;${numberOf(1)}\n${rowsOf(2_000)}`)).rejects.toThrow(
    /^audience: not readable as CSV at line \d+ \(CSV_QUOTE_NOT_CLOSED\)$/,
  );
  await expect(imported(`nome;telefone\n"João;${numberOf(1)}\n${rowsOf(20_000)}`)).rejects.toThrow(
    /^audience: not readable as CSV at line \d+ \(CSV_MAX_RECORD_SIZE\)$/,
  );
});

test("an address of several lines is no unclosed quote", async () => {
  const { total, leftOut } = await imported(
    `nome;telefone;endereco\nBia;${numberOf(1)};"Rua A, 1\nSão Paulo"\nZé;${numberOf(2)};"Rua B"\n`,
  );
  expect([total, leftOut.counts]).toEqual([2, {}]);
});

test("control characters reach nobody", async () => {
  const { recipients, leftOut } = await imported(
    `nome;telefone\nBi\0a;${numberOf(1)}\nZ\u0007é;${numberOf(2)}\nCaio;${numberOf(3)}\n`,
  );
  expect(recipients.map(({ values }) => values["nome"])).toEqual(["Caio"]);
  expect(leftOut.counts).toEqual({ "characters that cannot be read": 2 });
});

test("more columns than any table of people has are refused", async () => {
  const heading = ["telefone", ...Array.from({ length: 8_000 }, (_, index) => `c${index}`)].join(";");
  await expect(imported(`${heading}\n${numberOf(1)}\n`)).rejects.toThrow(
    "audience: expected at most 200 columns, got 8001",
  );
});

test("fields of 90 KB, in a template hundreds of times, are left out without being put together", async () => {
  const rows = Array.from({ length: 300 }, (_, index) => `${"x".repeat(90_000)};${numberOf(index)}`);
  const { total, leftOut } = await imported(`nome;telefone\n${rows.join("\n")}`, "{{nome}}".repeat(500));
  expect([total, leftOut.counts]).toEqual([0, { "a text of more than 4096 characters": 300 }]);
});

test.each<[what: string, csv: string]>([
  ["20 MB without a line's end", `nome;telefone${"x".repeat(20_000_000)}`],
  ["20 MB of spaces", " ".repeat(20_000_000)],
  ["5 MB of lines' ends", `nome\n${"\n".repeat(5_000_000)}`],
  ["quotes only", '"'.repeat(1_000_000)],
])("%s is refused", async (_what, csv) => {
  await expect(imported(csv)).rejects.toThrow(InvalidAudience);
});

/** Pieces of tables that go wrong, in any order, as bytes of any encoding. */
const pieces = fc.array(
  fc.oneof(
    fc.constantFrom(
      "nome;telefone\n",
      '"',
      ";",
      ",",
      "\t",
      "\n",
      "\r\n",
      "\0",
      "\uFEFF",
      "{{nome}}",
      '""',
      "=1+1",
      "+55 ",
    ),
    fc.string({ unit: "binary", maxLength: 20 }),
    fc.integer({ min: 0, max: 99_999_999 }).map((digits) => `119${digits}`),
  ),
  { maxLength: 60 },
);
const encodings = fc.constantFrom<BufferEncoding>("utf8", "latin1", "utf16le");

test("whatever is between the rows, nobody gets a message with another row in it, and nobody gets two", async () => {
  await fc.assert(
    fc.asyncProperty(pieces, encodings, fc.integer({ min: 1, max: 40 }), async (parts, encoding, size) => {
      const bytes = Buffer.from(`nome;telefone\n${parts.join("")}`, encoding);
      const chunks: Uint8Array[] = [];
      for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
      const result = await imported(chunks).catch((error: unknown) => error);
      if (result instanceof InvalidAudience) return;
      const { recipients, total } = result as Imported;
      expect(recipients).toHaveLength(total);
      expect(new Set(recipients.map(({ number }) => number)).size).toBe(total);
      for (const { number, values } of recipients) {
        expect(number).toMatch(/^[1-9]\d{6,14}$/);
        expect(values["nome"] ?? "").not.toMatch(/;[^]*[\n\r]|[\n\r][^]*;/);
      }
    }),
  );
});
