import type { Answering } from "../ai.ts";
import { unansweredIn } from "../load/naming-ai.ts";

/** An AI that names every message that it answers, so that each answer is known to be whose. */
export const namingEach: Answering = (_text, request) => `re: ${unansweredIn(request).join(" ")}`;
