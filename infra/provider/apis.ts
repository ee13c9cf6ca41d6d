import type { Api } from "../api/api.ts";
import { resources } from "./registry.ts";

/** Every API that something is kept through. */
export const apis: readonly Api[] = [...new Set(resources.flatMap(({ api }) => api ?? []))];
