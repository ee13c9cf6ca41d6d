import { remoteName } from "../remote-name.ts";

/** Where a fleet is at Fly: one app for each organization and region, so that a change of either is another app. */
export interface AppPlace {
  readonly stack: string;
  readonly fleet: string;
  readonly organization: string;
  readonly region: string;
}

/** An app's name is a label of its addresses, `<name>.fly.dev` and `<name>.internal`; Fly takes less than 63. */
const LONGEST_NAME = 60;

/** Names are global at Fly: the organization keeps ours apart from others'. */
export function appNameOf({ stack, fleet, organization, region }: AppPlace): string {
  return remoteName([organization, stack, fleet, region], LONGEST_NAME);
}

/** Begins the ids of what is there. */
export function placeId({ stack, fleet, organization, region }: AppPlace, process?: string): string {
  const what = process === undefined ? `${stack}/${fleet}` : `${stack}/${fleet}/${process}`;
  return `${what}@fly/${organization}/${region}`;
}
