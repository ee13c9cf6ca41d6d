import { z } from "zod";
import { calls, type CallData, type CallKind, type CallName } from "./calls.ts";
import { Refused } from "./refused.ts";

/** Of an audience, every row may be wrong. */
const MOST_LINES = 20;

/**
 * A call as it is done here: checked, and brought to the current version.
 * @param version as which it was written; without one it is the first
 * @throws Refused
 */
export function readCall<Name extends CallName>(name: Name, given: unknown, version = 1): CallData<Name> {
  return readAs(name, calls[name], given, version) as CallData<Name>;
}

/** The same for any kind of call. @throws Refused */
export function readAs(name: string, kind: CallKind, given: unknown, version: number): unknown {
  if (!Number.isInteger(version) || version < 1)
    throw new Refused("invalid", `${name}: expected a version from 1 to ${kind.version}, got ${version}`);
  if (version > kind.version)
    throw new Refused(
      "newer",
      `${name}: expected version ${kind.version} or older, got ${version}: the workers are older than who calls; deploy them first`,
    );
  const current = kind.upgrades
    .slice(version - 1)
    .reduce((call, upgrade) => upgrade(objectOf(name, call)), given);
  const parsed = kind.schema.safeParse(current);
  if (!parsed.success) throw new Refused("invalid", explainAll(name, parsed.error.issues));
  return parsed.data;
}

function explainAll(name: string, issues: readonly z.core.$ZodIssue[]): string {
  const lines = issues.slice(0, MOST_LINES).map((issue) => `${name}: ${explain(issue)}`);
  const others = issues.length - lines.length;
  return [...lines, ...(others > 0 ? [`${name}: and ${others} more`] : [])].join("\n");
}

function objectOf(name: string, call: unknown): Record<string, unknown> {
  if (typeof call !== "object" || call === null || Array.isArray(call))
    throw new Refused("invalid", `${name}: expected an object`);
  return { ...call };
}

/** Where and what, without the value: it may be what somebody wrote. */
function explain(issue: z.core.$ZodIssue): string {
  const path = issue.path
    .map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`))
    .join("");
  return `${path.replace(/^\./, "") || "the call"}: ${issue.message}`;
}
