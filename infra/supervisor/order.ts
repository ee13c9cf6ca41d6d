import type { ServiceRecord } from "./record.ts";
import type { ServiceSpec } from "./service.ts";
import type { Supervision } from "./supervision.ts";

/** What a supervisor is started for: one JSON object on its standard input, so that a part of it is no order. */
export interface Order {
  readonly spec: ServiceSpec;
  readonly supervision: Supervision;
}

/** What the supervisor answers its starter, once and if that still listens. */
export type Report =
  | { readonly kind: "running"; readonly record: ServiceRecord }
  /** Something of an earlier start is alive in the directory. */
  | { readonly kind: "taken"; readonly reason: string }
  | { readonly kind: "failed"; readonly reason: string };
