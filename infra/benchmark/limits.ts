import { z } from "zod";
import { field } from "../stack-config/field.ts";
import { readYaml } from "../yaml-file.ts";
import type { Limits } from "./judge.ts";
import { measures, type MeasureName } from "./measures.ts";

/** Of the file's form. */
const LIMITS_VERSION = 1;

/** What a target has to keep, and with what it is tried. */
export interface Benchmark {
  /** Path of the scenario, from the folder of the file. */
  readonly scenario: string;
  /** How many times as fast as it was recorded. */
  readonly speed: number;
  /** How long after the last message answers are waited for, in s. */
  readonly patienceSeconds: number;
  readonly limits: Limits;
}

const limitFields = Object.fromEntries(
  Object.entries(measures).map(([name, { about, unit, limit }]) => [
    name,
    field(z.number().min(0), {
      about,
      expected: `the ${limit} it may be, in ${unit}, from 0 on`,
    }).optional(),
  ]),
) as Record<MeasureName, z.ZodOptional<z.ZodNumber>>;

const benchmarkFile = z.strictObject({
  version: field(z.literal(LIMITS_VERSION), {
    about: "Of this file's form.",
    expected: `version ${LIMITS_VERSION}, which is what this oxy reads`,
  }),
  scenario: field(z.string().min(1), {
    about: "What is sent, from this file's folder.",
    expected: "the path of a scenario",
  }),
  speed: field(z.number().positive().max(1_000).default(1), {
    about: "How many times as fast as it was recorded.",
    expected: "a number above 0, up to 1000",
  }),
  patienceSeconds: field(z.number().positive().max(3_600).default(60), {
    about: "How long after the last message answers are waited for.",
    expected: "seconds above 0, up to an hour",
  }),
  limits: field(
    z.strictObject(limitFields).refine((limits) => Object.keys(limits).length > 0),
    { about: "What makes a target a Go.", expected: "at least one limit" },
  ),
});

/**
 * Reads `stacks/benchmark.yaml`.
 * @param name as it is shown
 * @throws InvalidFile with file and line of every problem
 */
export function readBenchmark(name: string, text: string): Benchmark {
  return readYaml(name, text, benchmarkFile).value as Benchmark;
}
