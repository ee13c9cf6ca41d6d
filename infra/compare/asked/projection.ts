import { z } from "zod";
import { nearest, quoted } from "../../stack-config/problems.ts";
import { COMPARISON_VERSION, type Comparison } from "../comparison.ts";
import type { TargetCost } from "../cost/cost.ts";
import { OptionRefused } from "../option-refused.ts";

/** What is read of it is written by us, in the same version: its shape, not each number, tells it from other files. */
const shape = z.looseObject({
  version: z.literal(COMPARISON_VERSION),
  targets: z.array(
    z.looseObject({
      name: z.string(),
      cost: z.looseObject({ hosting: z.looseObject({ lines: z.array(z.unknown()) }) }),
    }),
  ),
});

/**
 * What a target was expected to cost when it was compared before.
 * @param text as `oxy compare --json` prints it
 * @throws OptionRefused
 */
export function parseProjection(name: string, text: string, target: string): TargetCost {
  const read = shape.safeParse(json(text));
  if (!read.success)
    throw new OptionRefused(
      `--review: expected what oxy compare --json prints (version ${COMPARISON_VERSION}), got something else in ${name}`,
    );
  const { targets } = read.data as unknown as Comparison;
  const found = targets.find((each) => each.name === target);
  if (found !== undefined) return found.cost;
  const names = targets.map((each) => each.name);
  const hint = nearest(target, names);
  throw new OptionRefused(
    `--current: expected a target that ${name} has (${names.join(", ")}), got ${quoted(target)}${hint === undefined ? "" : `; ${hint}`}`,
  );
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
