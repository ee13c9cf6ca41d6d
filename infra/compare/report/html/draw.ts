import { BarChart, CustomChart, LineChart } from "echarts/charts";
import { GridComponent, LegendComponent, MarkLineComponent } from "echarts/components";
import { init, setPlatformAPI, use } from "echarts/core";
import type { EChartsCoreOption } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import type { Axis, Bars, Lines, Mark, Unit } from "../chart.ts";
import type { Draw } from "./page.ts";

use([BarChart, CustomChart, LineChart, GridComponent, LegendComponent, MarkLineComponent, SVGRenderer]);

/** Of a letter, as a part of its size: in the widest of the page's fonts, so that nothing overlaps in any of them. */
const LETTER = 0.66;
setPlatformAPI({
  measureText: (text: string, font?: string) => ({
    width: text.length * LETTER * Number.parseFloat(/([\d.]+)px/.exec(font ?? "")?.[1] ?? "12"),
  }),
});

const WIDTH = 960;
const BAR_HEIGHT = 34;
const LINES_HEIGHT = 420;
const SERIES = 8;
const DASHES = ["solid", "dashed", "dotted"] as const;
const TEXT = { color: "var(--ink)", fontFamily: "system-ui, sans-serif", fontSize: 13 } as const;
const MUTED = { ...TEXT, color: "var(--muted)" } as const;
const GRID_LINE = { lineStyle: { color: "var(--line)" } } as const;

/** How a number of a unit is written. */
export type Write = (value: number, unit: Unit) => string;

/** Draws by ECharts, without a browser. Colours are the page's own. */
export function drawer(write: Write): Draw {
  return (chart) => {
    const height = chart.kind === "bars" ? barsHeight(chart) : LINES_HEIGHT;
    const drawing = init(null, null, { renderer: "svg", ssr: true, width: WIDTH, height });
    try {
      drawing.setOption(chart.kind === "bars" ? barsOption(chart, write) : linesOption(chart, write));
      return sealed(drawing.renderToSVGString());
    } finally {
      drawing.dispose();
    }
  };
}

/** As part of a page: hidden from readers that are told of it in words, and nothing reacts to a pointer. */
function sealed(svg: string): string {
  return svg
    .replace("<svg ", '<svg aria-hidden="true" focusable="false" ')
    .replaceAll(/ (?:class|pointer-events|ecmeta_\w+)="[^"]*"/g, "")
    .replaceAll(/<style\b[\s\S]*?<\/style>/g, "");
}

function barsHeight({ categories, series, stacked }: Bars): number {
  return 90 + categories.length * (stacked ? BAR_HEIGHT : Math.max(BAR_HEIGHT, 14 * series.length + 12));
}

function barsOption(
  { unit, stacked, categories, series, whiskers, limit }: Bars,
  write: Write,
): EChartsCoreOption {
  const bars = series.map(({ name, values }, index) => ({
    name,
    type: "bar",
    ...(stacked ? { stack: "all", barWidth: 16 } : {}),
    itemStyle: { color: colorOf(index) },
    data: values.map((value) => value ?? "-"),
    ...(limit !== undefined && index === 0 ? { markLine: markLine([limit], "xAxis", "start") } : {}),
  }));
  return {
    ...common(series.map(({ name }) => name)),
    xAxis: { type: "value", ...axisStyle(unit, write) },
    yAxis: {
      type: "category",
      inverse: true,
      data: categories,
      axisLabel: TEXT,
      axisTick: { show: false },
      axisLine: GRID_LINE,
    },
    series: [...bars, ...(whiskers === undefined ? [] : [whiskerSeries(whiskers)])],
  };
}

/** A line from the least to the most that the whole may be; open where nobody knows the most. */
function whiskerSeries(whiskers: NonNullable<Bars["whiskers"]>) {
  const data = whiskers.flatMap((each, index) =>
    each === undefined || each.low === each.high
      ? []
      : [[index, each.low, each.high ?? each.low * 1.15, each.high === undefined ? 1 : 0]],
  );
  return {
    type: "custom",
    silent: true,
    z: 10,
    data,
    encode: { x: [1, 2], y: 0 },
    renderItem: (
      _: unknown,
      api: { value(at: number): number; coord(point: [number, number]): [number, number] },
    ) => {
      const [fromX, y] = api.coord([api.value(1), api.value(0)]);
      const [toX] = api.coord([api.value(2), api.value(0)]);
      const isOpen = api.value(3) === 1;
      const line = (x1: number, y1: number, x2: number, y2: number) => ({
        type: "line",
        shape: { x1, y1, x2, y2 },
        style: { stroke: "var(--ink)", lineWidth: 1.5, ...(isOpen ? { lineDash: [3, 3] } : {}) },
      });
      const ends = [line(fromX, y - 5, fromX, y + 5), ...(isOpen ? [] : [line(toX, y - 5, toX, y + 5)])];
      return { type: "group", children: [line(fromX, y, toX, y), ...ends] };
    },
  };
}

function linesOption({ x, y, series, marks }: Lines, write: Write): EChartsCoreOption {
  const named = series.map(({ name }) => name);
  return {
    ...common(named),
    grid: {
      left: 16,
      right: 40,
      top: 24 + 24 * legendRows(named),
      bottom: 36,
      outerBoundsMode: "same",
      outerBoundsContain: "axisLabel",
    },
    xAxis: { ...axisOf(x, write), nameLocation: "middle", nameGap: 30 },
    yAxis: { ...axisOf(y, write), nameLocation: "end" },
    series: series.flatMap(({ name, points }, index) => {
      const color = colorOf(index);
      const hasRange = points.some(({ low, high }) => high !== low);
      const line = {
        name,
        type: "line",
        showSymbol: false,
        lineStyle: { color, width: 2, type: DASHES[Math.floor(index / SERIES) % DASHES.length] ?? "solid" },
        itemStyle: { color },
        data: points.map((point) => [point.x, point.low]),
        ...(index === 0 && marks !== undefined ? { markLine: markLine(marks, "xAxis", "end") } : {}),
      };
      const upper = {
        name,
        type: "line",
        showSymbol: false,
        lineStyle: { color, width: 1, type: "dashed" },
        itemStyle: { color },
        data: points.flatMap((point) => (point.high === undefined ? [] : [[point.x, point.high]])),
      };
      return hasRange ? [line, upper] : [line];
    }),
  };
}

function common(names: readonly string[]) {
  return {
    animation: false,
    textStyle: TEXT,
    legend: {
      show: names.length > 1,
      data: names,
      left: 0,
      top: 0,
      itemWidth: 18,
      itemHeight: 10,
      textStyle: TEXT,
    },
    grid: {
      left: 8,
      right: 40,
      top: 40,
      bottom: 16,
      outerBoundsMode: "same",
      outerBoundsContain: "axisLabel",
    },
  };
}

/** A legend's names are wrapped when they are wider than the chart. */
function legendRows(names: readonly string[]): number {
  return names.length < 2
    ? 0
    : Math.ceil(names.reduce((width, name) => width + name.length * 7.5 + 40, 0) / WIDTH);
}

function axisOf({ name, unit, isLog }: Axis, write: Write) {
  return { type: isLog ? "log" : "value", name, nameTextStyle: MUTED, ...axisStyle(unit, write) };
}

function axisStyle(unit: Unit, write: Write) {
  return {
    axisLabel: { ...MUTED, hideOverlap: true, formatter: (value: number) => write(value, unit) },
    axisLine: GRID_LINE,
    splitLine: GRID_LINE,
    ...(unit === "hour" ? { min: 0, max: 24, interval: 3 } : {}),
  };
}

/** @param end of the line that is at the top: an axis of categories runs downwards */
function markLine(marks: readonly Mark[], axis: "xAxis", end: "start" | "end") {
  return {
    symbol: "none",
    silent: true,
    lineStyle: { color: "var(--limit)", type: "dashed", width: 1.5 },
    label: { color: "var(--limit)", fontSize: 12, formatter: "{b}", position: end },
    data: marks.map(({ at, label }) => ({ name: label, [axis]: at })),
  };
}

function colorOf(index: number): string {
  return `var(--series-${(index % SERIES) + 1})`;
}
