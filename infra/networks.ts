import type { NetworkKind } from "./network-kind.ts";
import { awsVpc } from "./networks/aws-vpc/network.ts";

/** Every kind of network that a stack can have of its own; each is a folder of `networks/`. */
export const networks = { "aws-vpc": awsVpc } as const satisfies Record<string, NetworkKind>;

/** @throws Error when there is none: only a host names one */
export function networkNamed(kind: string): NetworkKind {
  const network: NetworkKind | undefined = (networks as Record<string, NetworkKind>)[kind];
  if (network === undefined) throw new Error(`no network is of kind ${kind}`);
  return network;
}
