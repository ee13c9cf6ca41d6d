import type { z } from "zod";
import { fleetFields, storeFields } from "../../config.ts";
import { hosts } from "../../hosts.ts";
import { docOf, hasDoc } from "../../stack-config/field.ts";
import { nearest, quoted } from "../../stack-config/problems.ts";
import { fieldsOf, type Choosing, type Given } from "../../stack-config/section.ts";
import { stores } from "../../stores.ts";
import { OptionRefused } from "../option-refused.ts";

/** Sections of a stack's config, as one would write them into its file. */
export interface TargetSpec {
  readonly fleet: Given & { readonly host: string };
  /** Undefined where it was not said. */
  readonly store: StoreSpec | undefined;
}

export type StoreSpec = Given & { readonly kind: string };

/** Between the parts of a fleet or a store. */
const PARTS = ":";
/** Between a fleet and its store. */
const STORE = "+";
/** Between a field and its value. */
const VALUE = "=";
const LONGEST = 300;

/**
 * Reads `host[:part…][+store[:part…]]`. A part is `field=value`, or a value alone where only one field that was not said
 * yet takes it: `fly:gru:shared-1x-1gb:instances=3+upstash:payg`, `ecs-fargate:sa-east-1:arm`.
 * @throws OptionRefused
 */
export function parseTarget(text: string): TargetSpec {
  if (text.length > LONGEST)
    throw new OptionRefused(`--targets: expected at most ${LONGEST} characters each, got ${text.length}`);
  const [fleet = "", store, ...rest] = text.split(STORE);
  if (rest.length > 0)
    throw new OptionRefused(`--targets: expected one store after ${STORE}, got ${quoted(text)}`);
  return {
    fleet: parseSection(fleet, {
      option: "--targets",
      choosing: fleetFields(hosts),
      what: "host",
    }) as TargetSpec["fleet"],
    store: store === undefined ? undefined : storeSection(store, "--targets"),
  };
}

/**
 * Reads `kind[:part…]`, as after the `+` of a target.
 * @throws OptionRefused
 */
export function parseStore(text: string): StoreSpec {
  return storeSection(text, "--store");
}

function storeSection(text: string, option: string): StoreSpec {
  return parseSection(text, { option, choosing: storeFields(stores), what: "store" }) as StoreSpec;
}

interface Section {
  readonly option: string;
  readonly choosing: Choosing;
  /** What is chosen. */
  readonly what: string;
}

function parseSection(text: string, section: Section): Given {
  const { option, choosing, what } = section;
  const [kind = "", ...parts] = text.split(PARTS);
  const kinds = Object.keys(choosing.kinds);
  if (!kinds.includes(kind))
    throw new OptionRefused(
      `${option}: expected a ${what} (${kinds.join(", ")}), got ${quoted(kind)}${hinted(nearest(kind, kinds))}`,
    );
  const fields = fieldsOf(choosing, kind);
  const given: Record<string, unknown> = { [choosing.by]: kind };
  for (const part of parts) {
    const [field, value] = part.includes(VALUE)
      ? said(part)
      : found(part, { ...section, kind, fields, given });
    if (Object.hasOwn(given, field))
      throw new OptionRefused(`${option}: expected ${field} of ${kind} once, got ${quoted(part)} too`);
    given[field] = value;
  }
  return given;
}

/** What the field takes, its own schema says later; there, unknown ones are refused too. */
function said(part: string): readonly [string, unknown] {
  const at = part.indexOf(VALUE);
  const value = part.slice(at + 1);
  const typed = { true: true, false: false }[value] ?? (/^\d{1,9}$/.test(value) ? Number(value) : value);
  return [part.slice(0, at), typed];
}

/** The field that takes this value: in whole, or as the only one that begins so. */
function found(
  part: string,
  {
    option,
    what,
    kind,
    fields,
    given,
  }: Section & { kind: string; fields: Record<string, z.ZodType>; given: Given },
): readonly [string, string] {
  const open = Object.entries(fields).flatMap(([field, schema]) => {
    const { choices = [] } = hasDoc(schema) ? docOf(schema) : {};
    return Object.hasOwn(given, field) ? [] : choices.map((choice) => [field, choice] as const);
  });
  const whole = open.filter(([, choice]) => choice === part);
  const begun = part === "" ? [] : open.filter(([, choice]) => choice.startsWith(part));
  const [match, ...others] = whole.length > 0 ? whole : begun;
  if (match !== undefined && others.length === 0) return match;
  const fieldsWithIt = [match, ...others].flatMap((one) => (one === undefined ? [] : [one.join(VALUE)]));
  const expected =
    match === undefined
      ? `a value of ${[...new Set(open.map(([field]) => field))].join(", ") || "a field"}, or field${VALUE}value, of ${what} ${kind}`
      : `one of ${fieldsWithIt.join(", ")}`;
  const hint =
    match === undefined
      ? nearest(
          part,
          open.map(([, choice]) => choice),
        )
      : undefined;
  throw new OptionRefused(`${option}: expected ${expected}, got ${quoted(part)}${hinted(hint)}`);
}

function hinted(hint: string | undefined): string {
  return hint === undefined ? "" : `; ${hint}`;
}
