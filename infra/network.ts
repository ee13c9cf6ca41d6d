/**
 * What a host reaches and a store is reachable from. A private one is named as its host and store agree:
 * `private:render/oregon`.
 */
export type Network = "internet" | "loopback" | `private:${string}`;

/** The first of `reaches` from which a store can be reached. */
export function commonNetwork(reaches: readonly Network[], from: readonly Network[]): Network | undefined {
  return reaches.find((network) => from.includes(network));
}

/** From where an operator's command may come: this machine, wherever it is. */
export const OPERATOR: readonly Network[] = ["loopback", "internet"];
