import { pipeline, Readable } from "node:stream";
import { CsvError, parse } from "csv-parse";
import { decoded } from "./decoding.ts";
import { nameOf } from "./template.ts";

/** Whom a campaign is for: a table as a spreadsheet writes it, or rows by the names of its columns. */
export type Audience =
  | { readonly csv: string | AsyncIterable<Uint8Array> | Iterable<Uint8Array> }
  | { readonly rows: AsyncIterable<AudienceRow> | Iterable<AudienceRow> };

export type AudienceRow = Readonly<Record<string, string | number | null>>;

/** One row as it was given. */
export interface Listed {
  /** In the file, from 1; of rows, which one. */
  readonly line: number;
  readonly number: string;
  /** By the names of the columns, as {@link nameOf} makes them. */
  readonly values: Readonly<Record<string, string>>;
  /** It goes over several lines, with separators in them: after a quote that is not closed, they are other people's. */
  readonly unclosed?: true;
}

/** The audience cannot be read at all; the message says why. */
export class InvalidAudience extends Error {
  override readonly name = "InvalidAudience";
}

/** Names of the column with the phone numbers, the first of them that is there. */
const NUMBER_COLUMNS = ["telefone", "phone", "numero", "celular", "whatsapp", "fone", "number", "mobile"];
const SEPARATORS = [";", ",", "\t"];
/** Longer than any row of people; beyond it a quote was left open. */
const RECORD_MAX = 100_000;
const NO_HEADING = "audience: expected a line with the names of the columns, got nothing";
const HEADING_MAX = 64 * 1024;
/** Each costs every row something. */
const COLUMNS_MAX = 200;
/** Of a text that is all there, so that it is not read all at once. */
const PIECE = 64 * 1024;

/** The rows of an audience, one at a time. @throws InvalidAudience */
export async function* listed(audience: Audience): AsyncGenerator<Listed> {
  if ("csv" in audience) {
    yield* table(typeof audience.csv === "string" ? pieces(audience.csv) : decoded(audience.csv));
    return;
  }
  let line = 0;
  for await (const row of audience.rows) {
    line++;
    const cells = Object.entries(row).map(([name, value]) => [nameOf(name), String(value ?? "")] as const);
    const values = Object.fromEntries(cells);
    const column = NUMBER_COLUMNS.find((name) => Object.hasOwn(values, name));
    yield { line, number: column === undefined ? "" : (values[column] ?? ""), values };
  }
}

async function* table(text: AsyncIterable<string> | Iterable<string>): AsyncGenerator<Listed> {
  const { heading, all } = await withHeading(text);
  const separator = separatorOf(heading);
  const parser = parse({
    delimiter: separator,
    bom: true,
    info: true,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    trim: true,
    max_record_size: RECORD_MAX,
  });
  pipeline(Readable.from(all), parser, () => {});
  let columns: readonly string[] | undefined;
  let number = -1;
  try {
    for await (const { record, info } of parser as AsyncIterable<{
      record: string[];
      info: { lines: number };
    }>) {
      if (columns === undefined) {
        if (record.length > COLUMNS_MAX)
          throw new InvalidAudience(
            `audience: expected at most ${COLUMNS_MAX} columns, got ${record.length}`,
          );
        columns = record.map(nameOf);
        const found = NUMBER_COLUMNS.find((name) => columns?.includes(name));
        if (found === undefined)
          throw new InvalidAudience(
            `audience: expected a column ${NUMBER_COLUMNS.slice(0, 3).join(", ")} or the like in its first line, got ${columns.length} others`,
          );
        number = columns.indexOf(found);
        continue;
      }
      const values = Object.fromEntries(columns.map((name, index) => [name, record[index] ?? ""]));
      const unclosed = record.some((cell) => /[\n\r]/.test(cell) && cell.includes(separator));
      yield {
        line: info.lines,
        number: record[number] ?? "",
        values,
        ...(unclosed ? { unclosed: true } : {}),
      };
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = typeof error["lines"] === "number" ? ` at line ${error["lines"]}` : "";
    throw new InvalidAudience(`audience: not readable as CSV${line} (${error.code})`, { cause: error });
  }
  if (columns === undefined) throw new InvalidAudience(NO_HEADING);
}

function* pieces(text: string): Generator<string> {
  for (let at = 0; at < text.length; at += PIECE) yield text.slice(at, at + PIECE);
}

/** Reads up to the end of the first line, and gives back all of it. */
async function withHeading(
  text: AsyncIterable<string> | Iterable<string>,
): Promise<{ heading: string; all: AsyncIterable<string> }> {
  const chunks = (async function* () {
    yield* text;
  })();
  let begun = "";
  while (!/[\n\r]/.test(begun.trimStart()) && begun.length < HEADING_MAX) {
    const next = await chunks.next();
    if (next.done === true) break;
    begun += next.value;
  }
  if (begun.trimStart() === "" && begun.length >= HEADING_MAX) throw new InvalidAudience(NO_HEADING);
  const all = (async function* () {
    yield begun;
    yield* chunks;
  })();
  return { heading: begun.trimStart().split(/[\n\r]/, 1)[0] ?? "", all };
}

/** The separator that the heading has most of, outside quotes. */
function separatorOf(heading: string): string {
  const bare = heading.replaceAll(/"[^"]*"/g, "");
  const counts = SEPARATORS.map((separator) => bare.split(separator).length);
  return SEPARATORS[counts.indexOf(Math.max(...counts))] ?? ";";
}
