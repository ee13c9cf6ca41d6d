import type { Catalogue } from "../compare/catalogue/catalogue.ts";
import type { Entry } from "../compare/catalogue/entry.ts";
import type { Range } from "../compare/estimate.ts";
import type { Commands } from "./rates.ts";

const BY_COMMANDS = "upstash/payg/commands";
const PRICED_COMMANDS = 100_000;
const STORAGE = "upstash/payg/storage";
const INCLUDED_STORAGE = "upstash/payg/included-storage-gb";
const FIXED = /^upstash\/fixed\/(\d+)(mb|gb)$/;
const BYTES = { mb: 1e6, gb: 1e9 };

/** A price list for commands and one by size, applied to a month; each price with who says so. */
export interface StorePlans {
  /** ISO 8601: prices are those in force on it. */
  readonly day: string;
  /** From what it costs if scripts count once, to what it costs if each command inside counts; null if it is unknown. */
  readonly payAsYouGo: { readonly usd: Range | null; readonly entries: readonly Entry[] };
  /** The smallest that holds what is stored now; null where there is none, or where nobody says what is stored. */
  readonly fixed: { readonly id: string; readonly usd: Range | null; readonly entry: Entry } | null;
  readonly advice: "pay-as-you-go" | "fixed" | "depends" | "unknown";
}

/** @param month of commands @param bytes that are stored now; undefined where that is not known */
export function storePlans(
  catalogue: Catalogue,
  day: string,
  month: Commands,
  bytes: number | undefined,
): StorePlans {
  const payAsYouGo = byCommands(catalogue, day, month, bytes);
  const fixed = bySize(catalogue, day, bytes);
  return { day, payAsYouGo, fixed, advice: cheaper(payAsYouGo.usd, fixed?.usd ?? null) };
}

function byCommands(
  catalogue: Catalogue,
  day: string,
  { client, all }: Commands,
  bytes: number | undefined,
): StorePlans["payAsYouGo"] {
  const [commands, storage, included] = [BY_COMMANDS, STORAGE, INCLUDED_STORAGE].map((id) =>
    catalogue.entry(id, day),
  );
  const entries = [commands, storage, included].filter((entry) => entry !== undefined);
  if (commands?.value == null) return { usd: null, entries };
  const over =
    bytes === undefined || included?.value == null
      ? null
      : Math.max(0, bytes / BYTES.gb - included.value.low);
  const stored = over === 0 ? { low: 0, high: 0 } : over === null ? null : (storage?.value ?? null);
  if (stored === null) return { usd: null, entries };
  const usd = {
    low: (client.counted / PRICED_COMMANDS) * commands.value.low + stored.low * (over ?? 0),
    high: (all / PRICED_COMMANDS) * commands.value.high + stored.high * (over ?? 0),
  };
  return { usd, entries };
}

function bySize(catalogue: Catalogue, day: string, bytes: number | undefined): StorePlans["fixed"] {
  if (bytes === undefined) return null;
  const ids = [...new Set(catalogue.entries.map(({ id }) => id))];
  const plans = ids.flatMap((id) => {
    const [, size, unit] = FIXED.exec(id) ?? [];
    const entry = size === undefined ? undefined : catalogue.entry(id, day);
    if (entry === undefined) return [];
    return [{ id, entry, usd: entry.value, holds: Number(size) * BYTES[unit as keyof typeof BYTES] }];
  });
  const [fitting] = plans
    .filter(({ holds }) => holds >= bytes)
    .toSorted((one, other) => one.holds - other.holds);
  return fitting === undefined ? null : { id: fitting.id, entry: fitting.entry, usd: fitting.usd };
}

function cheaper(byCommand: Range | null, fixed: Range | null): StorePlans["advice"] {
  if (byCommand === null || fixed === null) return "unknown";
  if (byCommand.high <= fixed.low) return "pay-as-you-go";
  return byCommand.low >= fixed.high ? "fixed" : "depends";
}
