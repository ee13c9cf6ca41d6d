import { readFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { InvalidFile } from "../yaml-file.ts";
import { readBenchmark, type Benchmark } from "./limits.ts";
import { readScenario, spedUp, type RecordedMessage, type Scenario } from "./scenario.ts";

/** What is sent, and what has to be kept meanwhile. */
export interface Trial {
  readonly benchmark: Benchmark;
  /** As fast as it is sent. */
  readonly scenario: Scenario;
  /** Where the scenario is from, and how fast it is sent. */
  readonly shown: string;
}

/** What a person asks for. */
export interface TrialWish {
  /** Path of the limits. */
  readonly limits: string;
  /** In place of the scenario that the limits name. */
  readonly scenario?: string | undefined;
  /** In place of the speed that the limits name. */
  readonly speed?: number | undefined;
}

/** A load, but for who is written to. */
export interface Load {
  readonly arrivals: readonly RecordedMessage[];
  readonly fallbackMessage: string;
  readonly holdingMessage: string;
  readonly patienceMs: number;
  readonly settleMs: number;
}

/** What organizations of a benchmark say in place of an answer: it is told from answers by its words. */
export const ORGANIZATION_MESSAGES = {
  fallbackMessage: "Desculpe, não consegui responder agora.",
  holdingMessage: "Um momento, por favor.",
} as const;

/** How long it is watched whether an answer comes again: an ack that is missed is waited for, then sent again. */
const SETTLE_MS = 3_000;

/** @throws InvalidFile with file and line of what is wrong */
export async function readTrial(wish: TrialWish): Promise<Trial> {
  const limits = resolve(wish.limits);
  const benchmark = await read(limits, readBenchmark);
  const path = resolve(wish.scenario ?? join(dirname(limits), benchmark.scenario));
  const speed = wish.speed ?? benchmark.speed;
  const recorded = await read(path, readScenario);
  return {
    benchmark: { ...benchmark, speed },
    scenario: spedUp(recorded, speed),
    shown: `${shownPath(path)}${speed === 1 ? "" : `, ${speed} times as fast as recorded`}`,
  };
}

export function loadOf({ scenario, benchmark }: Trial): Load {
  const patienceMs = benchmark.patienceSeconds * 1_000;
  return { arrivals: scenario.messages, ...ORGANIZATION_MESSAGES, patienceMs, settleMs: SETTLE_MS };
}

async function read<Content>(
  path: string,
  parsed: (name: string, text: string) => Content,
): Promise<Content> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    throw new InvalidFile([`${shownPath(path)}: expected a file, got ${(error as Error).message}`]);
  }
  return parsed(shownPath(path), text);
}

/** As a person of this folder would write it. */
function shownPath(path: string): string {
  const fromHere = relative(process.cwd(), path);
  return fromHere.startsWith("..") ? path : fromHere;
}
