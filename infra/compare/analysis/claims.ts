import type { Claim, JudgedClaim } from "./claim.ts";
import { awsClaims } from "./claims-aws.ts";
import { decisionClaims } from "./claims-decision.ts";
import { flyClaims } from "./claims-fly.ts";
import { railwayClaims } from "./claims-railway.ts";
import { renderClaims } from "./claims-render.ts";
import { upstashClaims } from "./claims-upstash.ts";
import { Evidence, type EvidenceParts } from "./evidence.ts";

/** What the 2025 analysis says that can be judged. */
const CLAIMS: readonly Claim[] = [
  ...renderClaims,
  ...upstashClaims,
  ...railwayClaims,
  ...flyClaims,
  ...awsClaims,
  ...decisionClaims,
];

/** Each claim with its verdict, and every source that was looked up for it. */
export function judgedClaims(parts: EvidenceParts): readonly JudgedClaim[] {
  return CLAIMS.map(({ id, topic, quote, judge }, index) => {
    const evidence = new Evidence(parts);
    const { verdict, now, read = [] } = judge(evidence);
    return {
      number: index + 1,
      id,
      topic,
      quote,
      verdict,
      now,
      sources: [...evidence.sources(), ...read.map((text) => ({ text }))],
    };
  });
}
