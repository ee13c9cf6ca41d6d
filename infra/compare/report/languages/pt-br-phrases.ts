import type { Phrases } from "../phrases.ts";
import { BEHAVIOUR } from "./pt-br-phrases/behaviour.ts";
import { BILL } from "./pt-br-phrases/bill.ts";
import { CLAIMS } from "./pt-br-phrases/claims.ts";
import { CRITERIA_WORDS } from "./pt-br-phrases/criteria.ts";
import { REASONS } from "./pt-br-phrases/reasons.ts";
import { UNKNOWN } from "./pt-br-phrases/unknown.ts";

/** What data says, in Brazilian Portuguese; the narrower a phrase is, the earlier it has to be. */
export const PT_BR_PHRASES: Phrases = [
  ...CLAIMS,
  ...REASONS,
  ...BEHAVIOUR,
  ...UNKNOWN,
  ...CRITERIA_WORDS,
  ...BILL,
];
