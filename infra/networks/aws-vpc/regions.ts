/**
 * Regions, each with zones that an account is given there, by their letters. An account's letters are its own, and a
 * letter that it has not is refused by AWS when the subnet is made.
 * Source: AWS docs, Regions and Availability Zones, 2026-08.
 */
export const ZONES = {
  "us-east-1": ["a", "b", "c"],
  "sa-east-1": ["a", "b", "c"],
  "us-east-2": ["a", "b", "c"],
  "us-west-1": ["a", "c"],
  "us-west-2": ["a", "b", "c"],
  "ca-central-1": ["a", "b", "d"],
  "eu-west-1": ["a", "b", "c"],
  "eu-west-2": ["a", "b", "c"],
  "eu-central-1": ["a", "b", "c"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

type Region = keyof typeof ZONES;

export const REGIONS = Object.keys(ZONES) as [Region, ...Region[]];

/** By their names; the first ones, or those of these letters. @throws Error for a region that is none of these */
export function zonesOf(region: string, count: number, own?: string): readonly string[] {
  const letters: readonly string[] | undefined = (ZONES as Readonly<Record<string, readonly string[]>>)[
    region
  ];
  if (letters === undefined) throw new Error(`${region}: expected one of ${Object.keys(ZONES).join(", ")}`);
  return (own === undefined ? letters : [...own]).slice(0, count).map((letter) => `${region}${letter}`);
}
