import type { Recorded } from "../dev/parity/compare.ts";
import type { StackPlan } from "../plan.ts";
import { synthesize } from "../synth/synthesize.ts";

/** What a stack's module has at AWS; documents in JSON are what is in them. */
export async function recordedByCdktf(plan: StackPlan): Promise<readonly Recorded[]> {
  const { resource } = await synthesize(plan);
  return Object.entries(resource).flatMap(([type, ofType]) =>
    Object.entries(ofType).map(([name, { depends_on: _after, lifecycle: _lifecycle, ...properties }]) => ({
      type,
      name,
      properties: recorded(properties) as object,
    })),
  );
}

/** Not the keys of what is a map of somebody else's: tags and dimensions. */
const MAPS = new Set(["tags", "dimensions"]);

function recorded(value: unknown): unknown {
  if (typeof value === "string") return documentIn(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((inside) => recorded(inside));
  return Object.fromEntries(
    Object.entries(value).map(([key, inside]) => [
      camelCase(key),
      MAPS.has(key) && !Array.isArray(inside) ? withValues(inside as object) : recorded(inside),
    ]),
  );
}

function withValues(map: object): object {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [shown(key), shown(value as string)]));
}

function camelCase(name: string): string {
  return name.replaceAll(/_([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase());
}

/** A document is read before what it refers to is shown, and its keys are nobody's but AWS's. */
function documentIn(text: string): unknown {
  const written = /^\$\{jsonencode\((.*)\)\}$/s.exec(text)?.[1];
  if (written !== undefined) return revived(JSON.parse(asJson(written)));
  return /^[{[]/.test(text) ? revived(JSON.parse(text)) : shown(text);
}

function revived(document: unknown): unknown {
  if (typeof document === "string") return shown(document);
  if (typeof document !== "object" || document === null) return document;
  if (Array.isArray(document)) return document.map((inside) => revived(inside));
  return Object.fromEntries(Object.entries(document).map(([key, inside]) => [shown(key), revived(inside)]));
}

const TEXT = String.raw`"(?:[^"\\]|\\.)*"`;
const REFERENCE = String.raw`(?:var|aws_\w+)[.][\w.-]+`;

/** The expression of a document: `{"key" = join("", ["text", var.NAME])}`, as a document with templates. */
function asJson(expression: string): string {
  const piece = `${TEXT}|${REFERENCE}`;
  const joined = expression.replaceAll(
    new RegExp(String.raw`${TEXT}|join\("", \[((?:${piece}|, )*)\]\)`, "g"),
    (match, list: string | undefined) => {
      if (list === undefined) return match;
      return JSON.stringify((list.match(new RegExp(piece, "g")) ?? []).map(templateOf).join(""));
    },
  );
  return joined
    .replaceAll(new RegExp(piece, "g"), (match) => JSON.stringify(templateOf(match)))
    .replaceAll(new RegExp(`(${TEXT}) = `, "g"), "$1: ");
}

function templateOf(piece: string): string {
  return piece.startsWith('"') ? (JSON.parse(piece) as string) : `\${${piece}}`;
}

/** A template as whoever reads it: references and secrets by their names, and text as it is. */
function shown(template: string): string {
  return template.replaceAll(/\$\$\{|%%\{|\$\{([^}]*)\}/g, (match, expression: string | undefined) => {
    if (expression === undefined) return match.slice(1);
    if (expression.startsWith('"')) return JSON.parse(expression) as string;
    if (expression === "var.REDIS_URL") return "«store url»";
    const variable = /^var[.](.+)$/.exec(expression)?.[1];
    if (variable !== undefined) return `«secret ${variable}»`;
    const [, name = "", attribute = ""] = expression.split(".");
    return `«${name}.${camelCase(attribute)}»`;
  });
}
