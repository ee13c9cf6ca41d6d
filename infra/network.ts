/**
 * What a host reaches and a store is reachable from. A private one is named as its host and store agree:
 * `private:render/oregon`.
 */
export type Network = "internet" | "loopback" | `private:${string}`;

/** The first of `reaches` from which a store can be reached. */
export function commonNetwork(reaches: readonly Network[], from: readonly Network[]): Network | undefined {
  return reaches.find((network) => from.includes(network));
}

/** A network of the stack's own, in pure data: its hosts and stores are put into it. */
export interface NetworkPlan {
  readonly kind: string;
  /** What hosts reach, and stores are reachable from. */
  readonly name: Network;
}

/** From where an operator's command may come: this machine, wherever it is. */
export const OPERATOR: readonly Network[] = ["loopback", "internet"];
