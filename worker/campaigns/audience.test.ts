import { Readable } from "node:stream";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Audience, InvalidAudience, listed, type Listed } from "./audience.ts";
import { decoded } from "./decoding.ts";
import { type CampaignRecipient, importAudience } from "./import.ts";
import { parseTemplate } from "./template.ts";

const TABLE = 'Nome;Telefone\n"São; Luís";(11) 98765-4321\nAção;11987654322\n';
const ROWS = [
  { line: 2, number: "(11) 98765-4321", values: { nome: "São; Luís", telefone: "(11) 98765-4321" } },
  { line: 3, number: "11987654322", values: { nome: "Ação", telefone: "11987654322" } },
];

async function rowsOf(audience: Audience): Promise<Listed[]> {
  return await all(listed(audience));
}

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}

function chunked(bytes: Uint8Array, size: number): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
  return chunks;
}

function utf16be(text: string): Buffer {
  return Buffer.from(text, "utf16le").swap16();
}

test.each<[string, Uint8Array]>([
  ["UTF-8", Buffer.from(TABLE)],
  ["UTF-8 with a mark", Buffer.from(`\uFEFF${TABLE}`)],
  ["UTF-16 with a mark", Buffer.from(`\uFEFF${TABLE}`, "utf16le")],
  ["UTF-16 without one", Buffer.from(TABLE, "utf16le")],
  ["big-endian UTF-16", utf16be(`\uFEFF${TABLE}`)],
  ["Windows-1252", Buffer.from(TABLE, "latin1")],
  ["lines of Windows", Buffer.from(TABLE.replaceAll("\n", "\r\n"))],
])("a table in %s is read, however its bytes are cut", async (_encoding, bytes) => {
  for (const size of [1, 2, 3, 7, 1_000]) expect(await rowsOf({ csv: chunked(bytes, size) })).toEqual(ROWS);
});

test("text in UTF-8 and in Windows-1252 is read as what it is, however its bytes are cut", async () => {
  const text = (letters: string) =>
    fc.array(fc.constantFrom(...letters), { maxLength: 60 }).map((each) => each.join(""));
  const read = async (bytes: Uint8Array, size: number) => (await all(decoded(chunked(bytes, size)))).join("");
  const sizes = fc.integer({ min: 1, max: 9 });
  await fc.assert(
    fc.asyncProperty(text("aZ9 ,;çãõéíúÁÊñü"), text("aZ9 ,;çã€“”–😀"), sizes, async (latin, any, size) => {
      expect(await read(Buffer.from(latin, "latin1"), size)).toBe(latin);
      expect(await read(Buffer.from(any), size)).toBe(any);
    }),
  );
  expect(await read(Buffer.from([0x52, 0x24, 0x20, 0x93, 0x31, 0x30, 0x94, 0x80]), 3)).toBe("R$ “10”€");
});

test.each([
  ["a comma", "phone,name\n11987654321,Ana\n"],
  ["a tab", "número\tnome\n11987654321\tAna\n"],
  ["a comma, with semicolons in a quoted heading", '"nome; apelido",telefone\nAna,11987654321\n'],
  ["a semicolon, with empty lines", "\n\n telefone ;nome\n\n11987654321;Ana\n\n"],
])("columns may be separated by %s", async (_separator, csv) => {
  expect((await rowsOf({ csv })).map(({ number }) => number)).toEqual(["11987654321"]);
});

test("rows come with the names of their columns, as numbers too", async () => {
  const rows = await rowsOf({ rows: [{ Telefone: 11987654321, Nome: null }, { nome: "Bia" }] });
  expect(rows.map(({ line, number }) => [line, number])).toEqual([
    [1, "11987654321"],
    [2, ""],
  ]);
});

test.each([
  ["", "audience: expected a line with the names of the columns, got nothing"],
  [
    "nome;cidade\nAna;SP\n",
    "audience: expected a column telefone, phone, numero or the like in its first line, got 2 others",
  ],
  [`telefone;nome\n11987654321;"Ana\n${"x".repeat(200_000)}`, "audience: not readable as CSV"],
])("a table that cannot be meant is refused with the reason", async (csv, reason) => {
  await expect(rowsOf({ csv })).rejects.toThrow(reason);
  await expect(rowsOf({ csv })).rejects.toThrow(InvalidAudience);
});

test("what is left out is told by line and reason, and everybody else is taken once", async () => {
  const csv = [
    "telefone;nome",
    "11 98765-4321;Ana",
    "+55 (11) 98765-4321;Ana de novo",
    "11 8765-4321;sem o nono",
    "123;curto",
    ";ninguém",
    "11987654322;",
    "11987654323;Bia",
  ].join("\n");
  const taken: CampaignRecipient[] = [];
  const { total, leftOut } = await importAudience(
    { csv },
    parseTemplate("Oi {{nome}}"),
    async (recipient) => {
      taken.push(recipient);
    },
  );
  expect(taken).toEqual([
    { number: "5511987654321", values: { nome: "Ana" } },
    { number: "5511987654323", values: { nome: "Bia" } },
  ]);
  expect(total).toBe(2);
  expect(leftOut).toEqual({
    counts: {
      "the same number again": 2,
      "not a phone number": 1,
      "no phone number": 1,
      "no value for {{nome}}": 1,
    },
    lines: [
      { line: 3, reason: "the same number again" },
      { line: 4, reason: "the same number again" },
      { line: 5, reason: "not a phone number" },
      { line: 6, reason: "no phone number" },
      { line: 7, reason: "no value for {{nome}}" },
    ],
  });
});

test("a recipient whose name cannot be read, or whose text would be empty or too long, is left out", async () => {
  const rows = [
    { telefone: "11987654321", nome: "\uD800" },
    { telefone: "11987654322", nome: "Jo\uFFFDo" },
    { telefone: "11987654323", nome: "x".repeat(5_000) },
    { telefone: "11987654324", nome: " " },
  ];
  const { total, leftOut } = await importAudience({ rows }, parseTemplate("{{nome|}}"), async () => {});
  expect(total).toBe(0);
  expect(leftOut.lines.map(({ reason }) => reason)).toEqual([
    "characters that cannot be read",
    "characters that cannot be read",
    "a text of more than 4096 characters",
    "no text",
  ]);
});

test("whatever bytes come, a table is read or refused, and never hangs", async () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.string({ unit: "binary", maxLength: 200 }).map((text) => Buffer.from(`telefone;nome\n${text}`)),
  );
  await fc.assert(
    fc.asyncProperty(bytes, fc.integer({ min: 1, max: 50 }), async (table, size) => {
      const read = importAudience(
        { csv: Readable.from(chunked(table, size)) },
        parseTemplate("Oi {{nome|}}"),
        async () => {},
      );
      const error: unknown = await read.then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error === undefined || error instanceof InvalidAudience).toBe(true);
    }),
  );
});
