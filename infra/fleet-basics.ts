import type { FleetPlan, FleetRequest } from "./host.ts";

/** What every plan of a fleet repeats of what was asked for; its host adds the rest. */
export function basicsOf<const Name extends string>(
  host: Name,
  { name, config, image, network, drainSeconds, graceSeconds }: FleetRequest,
): Omit<FleetPlan, "processes"> & { readonly host: Name } {
  const { region, size, share } = config;
  return { name, host, region, size, share, image, network, drainSeconds, graceSeconds };
}
