import { styleText } from "node:util";
import type { LogLine } from "../worker-process.ts";

/** Where an answer's time went, as the worker logs it; in ms. */
export interface Split {
  readonly queueMs: number;
  readonly aiMs: number;
  readonly sendMs: number;
}

type Style = Parameters<typeof styleText>[0];

const NAME_WIDTH = 30;

export function say(line = ""): void {
  process.stdout.write(`${line}\n`);
}

export function fact(name: string, value: string): void {
  say(`  ${styled("bold", name.padEnd(10))} ${value}`);
}

export function event(text: string, style: Style = "gray"): void {
  say(`${clock()}  ${styled(style, text)}`);
}

export function asked(customer: string, shop: string, text: string): void {
  say(`${clock()}  ${styled("cyan", `${customer} → ${shop}`.padEnd(NAME_WIDTH))} ${text}`);
}

/** @param totalMs from the customer's message to the answer on their screen */
export function answered(
  shop: string,
  customer: string,
  text: string,
  totalMs: number,
  split: Split | undefined,
): void {
  const where =
    split === undefined
      ? "answered across a restart"
      : `queue ${ms(split.queueMs)} + AI ${ms(split.aiMs)} + send ${ms(split.sendMs)}`;
  say(
    `${clock()}  ${styled("green", `${shop} → ${customer}`.padEnd(NAME_WIDTH))} ${text}  ${styled("gray", `${ms(totalMs)} = ${where}`)}`,
  );
}

export function splitOf(line: LogLine): Split {
  return { queueMs: Number(line["queueMs"]), aiMs: Number(line["aiMs"]), sendMs: Number(line["sendMs"]) };
}

function ms(value: number): string {
  return value < 1_000 ? `${Math.round(value)} ms` : `${(value / 1_000).toFixed(1)} s`;
}

function clock(): string {
  return styled("gray", new Date().toTimeString().slice(0, 8));
}

function styled(style: Style, text: string): string {
  return styleText(style, text, { stream: process.stdout });
}
