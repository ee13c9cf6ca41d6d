/** What INFO says, as far as it says it. */
export type Info = ReadonlyMap<string, string>;

export function parseInfo(text: string): Info {
  const lines = text.split(/\r?\n/).filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(
    lines.map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon), line.slice(colon + 1)];
    }),
  );
}

/** Undefined where this server does not say it. */
export function numberOf(info: Info, field: string): number | undefined {
  const text = info.get(field);
  const value = Number(text);
  return text === undefined || text === "" || Number.isNaN(value) ? undefined : value;
}

/** How often each command ran, by name in lower case, `client|list` for one of several parts. */
export type CommandCounts = Readonly<Record<string, number>>;

/**
 * `INFO commandstats`. A command that a script runs is counted here as one that a client sends: tested with Redis 7.0,
 * where `total_commands_processed` is the sum of both, too.
 */
export function commandCounts(info: Info): CommandCounts {
  const counts = [...info].flatMap(([field, value]) => {
    const calls = /^calls=(\d+)/.exec(value)?.[1];
    return field.startsWith("cmdstat_") && calls !== undefined
      ? [[field.slice("cmdstat_".length).toLowerCase(), Number(calls)] as const]
      : [];
  });
  return Object.fromEntries(counts);
}

/** What came between two counts, which only grow. */
export function countsBetween(before: CommandCounts, after: CommandCounts): CommandCounts {
  const grown = Object.entries(after).map(([name, calls]) => [name, calls - (before[name] ?? 0)] as const);
  return Object.fromEntries(grown.filter(([, calls]) => calls !== 0));
}

export function totalOf(counts: CommandCounts): number {
  return Object.values(counts).reduce((sum, calls) => sum + calls, 0);
}
