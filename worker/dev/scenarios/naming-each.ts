import type { Answering } from "../ai.ts";
import { unansweredIn } from "../load/naming-ai.ts";

/** An AI that names every message that it answers, so that each answer is known to be whose. */
export const namingEach = (_text: string, request: Parameters<Answering>[1]): string =>
  `re: ${unansweredIn(request).join(" ")}`;
