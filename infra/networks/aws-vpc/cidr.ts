/** An IPv4 network: its first address as a number, and how many bits name it. */
export interface Cidr {
  readonly first: number;
  readonly prefix: number;
}

/** What a VPC can have at AWS. Source: VPC user guide, VPC CIDR blocks, 2026-08. */
const LARGEST_PREFIX = 16;
/** A subnet of AWS's has 16 addresses at the least and keeps 5 of them; each zone gets up to three subnets. */
const SMALLEST_PREFIX = 24;
const PRIVATE = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];
/** Docker's own bridge, which AWS's services use too; peers of it cannot be reached. Source: the same page. */
const RESERVED = "172.17.0.0/16";

/** @returns undefined for what is none; its first address counts as it is written */
export function readCidr(text: string): Cidr | undefined {
  const [, a, b, c, d, bits] = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(text) ?? [];
  const bytes = [a, b, c, d].map(Number);
  const prefix = Number(bits);
  if (bytes.some((byte) => !(byte <= 255)) || !(prefix <= 32)) return undefined;
  return { first: bytes.reduce((sum, byte) => sum * 256 + byte, 0), prefix };
}

/** @throws Error for what is none: the configuration admits only those that are */
export function cidrOf(text: string): Cidr {
  const cidr = readCidr(text);
  if (cidr === undefined) throw new Error(`${text}: expected an IPv4 network`);
  return cidr;
}

export function sizeOf({ prefix }: Cidr): number {
  return 2 ** (32 - prefix);
}

export function textOf({ first, prefix }: Cidr): string {
  const bytes = [24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256);
  return `${bytes.join(".")}/${prefix}`;
}

export function overlap(one: Cidr, other: Cidr): boolean {
  return one.first < other.first + sizeOf(other) && other.first < one.first + sizeOf(one);
}

/** The n-th of the 16 equal parts. */
export function sixteenth(whole: Cidr, index: number): Cidr {
  const prefix = whole.prefix + 4;
  return { first: whole.first + index * 2 ** (32 - prefix), prefix };
}

/** How many of a subnet's addresses somebody can have: AWS keeps 5. */
export function addressesOfSubnet(vpc: Cidr): number {
  return sizeOf(sixteenth(vpc, 0)) - 5;
}

/** Why a VPC cannot have it: completes "expected …"; undefined when it can. */
export function cidrRefusal(text: string): string | undefined {
  const cidr = readCidr(text);
  if (cidr === undefined) return "an IPv4 network such as 10.40.0.0/20";
  if (cidr.first % sizeOf(cidr) !== 0)
    return `the first address of a network, such as ${textOf(aligned(cidr))}`;
  if (cidr.prefix < LARGEST_PREFIX || cidr.prefix > SMALLEST_PREFIX)
    return `a network from /${LARGEST_PREFIX} to /${SMALLEST_PREFIX}`;
  if (!PRIVATE.some((range) => isWithin(cidr, cidrOf(range))))
    return `addresses of ${PRIVATE.join(", ")}, which nobody on the internet has`;
  if (overlap(cidr, cidrOf(RESERVED))) return `nothing of ${RESERVED}, which services of AWS use`;
  return undefined;
}

/** The network that an address of it and its prefix mean. */
export function aligned(cidr: Cidr): Cidr {
  return { ...cidr, first: cidr.first - (cidr.first % sizeOf(cidr)) };
}

function isWithin(inside: Cidr, outside: Cidr): boolean {
  return inside.first >= outside.first && inside.first + sizeOf(inside) <= outside.first + sizeOf(outside);
}
