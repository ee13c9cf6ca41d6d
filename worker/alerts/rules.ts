import { z } from "zod";
import { DEPLOYMENT_RULES, REPLY_P95 } from "./deployment-rules.ts";
import { ORGANIZATION_RULES } from "./organization-rules.ts";
import type { Rule } from "./rule.ts";

/** All that people are told of, with the standard bounds. */
export const RULES: readonly Rule[] = [...DEPLOYMENT_RULES, ...ORGANIZATION_RULES];

const change = z.strictObject({
  from: z.number().min(0).optional(),
  forSeconds: z.number().min(0).max(86_400).optional(),
  clearSeconds: z.number().min(0).max(86_400).optional(),
  off: z.boolean().optional(),
});

/** What a deployment has otherwise than {@link RULES}, by rule. */
export const ruleChanges = z.strictObject(
  Object.fromEntries(RULES.map(({ id }) => [id, change.optional()])) as Record<
    string,
    z.ZodOptional<typeof change>
  >,
);
export type RuleChanges = z.infer<typeof ruleChanges>;

/**
 * The rules of a deployment. Whoever moves where one begins moves where it ends by the same part.
 * @param objectiveMs of a reply
 */
export function rulesOf(changes: RuleChanges, objectiveMs: number): Rule[] {
  const objective = objectiveMs / 1000;
  return RULES.flatMap((standard) => {
    const rule =
      standard.id === REPLY_P95 ? { ...standard, from: objective + 0.001, until: objective } : standard;
    const {
      from = rule.from,
      forSeconds = rule.forSeconds,
      clearSeconds = rule.clearSeconds,
      off = false,
    } = changes[rule.id] ?? {};
    if (off) return [];
    return [{ ...rule, from, until: from * (rule.until / rule.from), forSeconds, clearSeconds }];
  });
}
