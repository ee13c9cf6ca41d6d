import { closestMatch } from "leven";
import { z } from "zod";
import type { Described } from "./kind.ts";
import { isList, isValues, UNKNOWN } from "./values.ts";
import type { Plain } from "./values.ts";

const LONGEST_SHOWN = 80;
const TYPES: Readonly<Record<string, string>> = {
  int: "a whole number",
  array: "a list",
  object: "an object",
  record: "an object",
  undefined: "nothing",
  null: "null",
  never: "nothing",
};
const FORMATS: Readonly<Record<string, string>> = {
  url: "a URL",
  ipv4: "an IPv4 address",
  email: "an e-mail address",
};

type Issue = z.core.$ZodIssue;

/** Completes "expected …". A message that the schema itself gives is such a completion. */
export function expectation(issue: Issue): string {
  const usual = z.locales.en().localeError(issue as z.core.$ZodRawIssue);
  const usualMessage = typeof usual === "object" ? usual?.message : usual;
  // Zod words an invalid type by the value, which an issue does not keep.
  const hasOwnMessage =
    issue.message !== usualMessage && !issue.message.startsWith("Invalid input: expected ");
  return hasOwnMessage ? issue.message : usualExpectation(issue);
}

/** How a value is shown to the user. */
export function shown(value: Plain | undefined, isSecret: boolean): string {
  if (value === undefined) return "nothing";
  if (isSecret) {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    return `a value of ${text.length} characters`;
  }
  if (typeof value === "string") {
    const text = value.length > LONGEST_SHOWN ? `${value.slice(0, LONGEST_SHOWN)}…` : value;
    return JSON.stringify(text);
  }
  if (value === UNKNOWN) return "a value that is not known yet";
  if (isList(value)) return `a list of ${value.length}`;
  return isValues(value) ? "an object" : `${value}`;
}

/** What to write instead of a key that there is not. */
export function unknownKey(key: string, known: readonly string[]): string {
  const nearest = closestMatch(key, known);
  const instead = nearest === undefined ? "" : ` (the nearest is ${nearest})`;
  return `expected a known key${instead}, got an unknown one`;
}

/** The keys that an object at this place may have. */
export function keysAt(described: Described, path: readonly PropertyKey[]): string[] {
  const [step, ...rest] = path;
  const forms = [
    described,
    ...(described.anyOf ?? []),
    ...(described.oneOf ?? []),
    ...(described.allOf ?? []),
  ];
  if (step === undefined) return [...new Set(forms.flatMap((form) => Object.keys(form.properties ?? {})))];
  return forms.flatMap(({ properties = {}, items, additionalProperties }) => {
    const below = typeof step === "number" ? items : (properties[String(step)] ?? additionalProperties);
    return typeof below === "object" ? keysAt(below, rest) : [];
  });
}

function usualExpectation(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type":
      return TYPES[issue.expected] ?? `a ${issue.expected}`;
    case "invalid_value":
      return oneOf(issue.values);
    case "too_small":
      return bound(issue.origin, issue.inclusive === false ? "more than" : "at least", issue.minimum);
    case "too_big":
      return bound(issue.origin, issue.inclusive === false ? "less than" : "at most", issue.maximum);
    case "not_multiple_of":
      return `a multiple of ${issue.divisor}`;
    case "invalid_format":
      return formatOf(issue);
    case "invalid_union":
      return unionOf(issue);
    case "unrecognized_keys":
      return "only known keys";
    default:
      return "something else";
  }
}

function bound(origin: string, comparison: string, limit: number | bigint): string {
  const unit = origin === "string" ? " characters" : origin === "array" ? " entries" : "";
  return `${comparison} ${limit}${unit}`;
}

function formatOf(issue: z.core.$ZodIssueInvalidStringFormat): string {
  const [, rule] = /^Invalid string: must (.*)$/s.exec(issue.message) ?? [];
  return FORMATS[issue.format] ?? (rule === undefined ? `a valid ${issue.format}` : `text that must ${rule}`);
}

function unionOf(issue: z.core.$ZodIssueInvalidUnion): string {
  if (issue.errors.length === 0) {
    const { options } = issue as { readonly options?: readonly z.core.util.Primitive[] };
    return options === undefined ? "exactly one of the possible forms" : oneOf(options);
  }
  const forms = issue.errors.map(([first]) => first);
  // A form that differs only further down is not told in a few words.
  if (forms.some((form) => form === undefined || form.path.length > 0)) return "one of the possible forms";
  return [...new Set(forms.map((form) => expectation(form as Issue)))].join(" or ");
}

function oneOf(values: readonly z.core.util.Primitive[]): string {
  const names = values.map((value) => (typeof value === "string" ? JSON.stringify(value) : String(value)));
  return names.length === 1 ? `${names[0]}` : `one of ${names.join(", ")}`;
}
