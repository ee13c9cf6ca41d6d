/** One line of Prometheus's text format. */
interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A metric with what stands under its name. */
export interface Family {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly series: readonly Series[];
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const VALUE = /^([+-]?\d+(\.\d+)?(e[+-]?\d+)?|NaN|[+-]Inf)$/i;

/**
 * Reads text format 0.0.4 as Prometheus does, and refuses what it would: https://prometheus.io/docs/instrumenting/exposition_formats
 * @throws Error naming the line
 */
export function parseMetrics(text: string): Map<string, Family> {
  if (!text.endsWith("\n")) throw new Error("the last line does not end");
  const families = new Map<string, { name: string; type: string; help: string; series: Series[] }>();
  const seen = new Set<string>();
  for (const line of text.split("\n")) {
    if (line === "") continue;
    const [, kind, name = "", rest = ""] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    if (kind === "HELP") {
      if (families.has(name) || !NAME.test(name)) throw new Error(`told twice, or no name: ${line}`);
      families.set(name, { name, help: rest, type: "", series: [] });
    } else if (kind === "TYPE") {
      const family = families.get(name);
      if (family === undefined || family.type !== "" || family.series.length > 0)
        throw new Error(`a type in the wrong place: ${line}`);
      if (!["counter", "gauge", "histogram"].includes(rest)) throw new Error(`no type: ${line}`);
      family.type = rest;
    } else {
      const series = seriesOf(line);
      const family =
        families.get(series.name) ?? families.get(series.name.replace(/_(bucket|sum|count)$/, ""));
      if (family === undefined || family !== [...families.values()].at(-1))
        throw new Error(`not under its own name: ${line}`);
      const key = line.slice(0, line.lastIndexOf(" "));
      if (seen.has(key)) throw new Error(`the same series twice: ${line}`);
      seen.add(key);
      family.series.push(series);
    }
  }
  for (const family of families.values()) if (family.type === "histogram") requireCumulative(family);
  return families;
}

function seriesOf(line: string): Series {
  const [, name = "", , inside = "", value = ""] = /^([^\s{]+)(\{(.*)\})? (\S+)$/.exec(line) ?? [];
  if (!NAME.test(name) || !VALUE.test(value)) throw new Error(`no series: ${line}`);
  const labels: Record<string, string> = {};
  const label = /([a-zA-Z_]\w*)="((?:[^"\\\n]|\\["\\n])*)"(,|$)/y;
  while (label.lastIndex < inside.length) {
    const [, key = "", given = ""] = label.exec(inside) ?? [];
    if (key === "" || key in labels) throw new Error(`no labels: ${line}`);
    labels[key] = given;
  }
  return { name, labels, value: Number(value.replace("Inf", "Infinity").replace(/^nan$/i, "NaN")) };
}

function requireCumulative({ name, series }: Family): void {
  const counts = new Map<string, number>();
  for (const { name: own, labels, value } of series) {
    const { le, ...others } = labels;
    const key = JSON.stringify(others);
    if (own === `${name}_bucket`) {
      if (le === undefined || value < (counts.get(key) ?? 0))
        throw new Error(`${name}: its buckets do not add up`);
      counts.set(key, value);
    } else if (own === `${name}_count` && counts.get(key) !== value)
      throw new Error(`${name}: not all are counted`);
  }
}
