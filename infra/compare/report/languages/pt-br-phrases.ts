import type { Phrases } from "../phrases.ts";

/** What data says, in Brazilian Portuguese: names of a bill's lines, units, and why something is unknown. */
export const PT_BR_PHRASES: Phrases = [];
