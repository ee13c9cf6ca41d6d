import type { ProcessPlan } from "../../host.ts";
import { known, product, unknown, type Estimate } from "../estimate.ts";
import type { FactsOfDay } from "../facts.ts";

/** What plans say of a process's processor, each host in its own words. */
type Sized = ProcessPlan & {
  /** In units of 1/1024 vCPU. */
  readonly cpu?: number;
  readonly guest?: { readonly cpuKind: string; readonly cpus: number };
  readonly vcpus?: number;
};

/**
 * How many processors a process of that plan may compute on for long: at the least, what is its own; at the most, what
 * it may take while others leave it.
 */
export function processorOf(
  process: Sized,
  { host, size }: { readonly host: string; readonly size: string },
  { catalogue, day }: FactsOfDay,
): Estimate {
  const fact = (id: string): Estimate => {
    const value = catalogue.entry(id, day)?.value;
    return value == null ? unknown(`no fact ${id} on ${day}`) : { kind: "known", ...value };
  };
  if (process.cpu !== undefined) return known(process.cpu / 1_024);
  if (process.guest !== undefined) {
    const { cpuKind, cpus } = process.guest;
    return product(fact(`processor/${host}/${cpuKind}`), known(cpus));
  }
  // A limit, not a promise: what of it one gets is not said.
  if (process.vcpus !== undefined) return known(process.vcpus);
  return fact(`processor/${host}/${size}`);
}
