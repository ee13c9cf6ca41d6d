/** Waiting in a queue with Poisson arrivals, exponential service and `servers` alike (M/M/c). */
export interface Waiting {
  /** That one has to wait at all. */
  readonly probability: number;
  /** Of all, those who do not wait included; in the unit of the service time. */
  readonly mean: number;
  /** The longest wait of the luckiest share `quantile` of all. */
  quantile(quantile: number): number;
}

/**
 * Erlang C. There is no steady state, and everybody waits ever longer, where more arrives than can be served.
 * @param arrivals per unit of time
 * @param service mean, in the same unit
 * @throws RangeError
 */
export function erlangC(arrivals: number, service: number, servers: number): Waiting {
  if (!(arrivals >= 0 && service > 0 && Number.isInteger(servers) && servers > 0))
    throw new RangeError(
      `Erlang C: expected arrivals from 0 on, a service time above 0 and at least 1 server, got ${arrivals}, ${service}, ${servers}`,
    );
  const offered = arrivals * service;
  if (offered >= servers)
    return { probability: 1, mean: Number.POSITIVE_INFINITY, quantile: () => Number.POSITIVE_INFINITY };
  const blocked = erlangB(offered, servers);
  const probability = blocked / (1 - (offered / servers) * (1 - blocked));
  const perLeft = service / (servers - offered);
  return {
    probability,
    mean: probability * perLeft,
    quantile: (quantile) => Math.max(0, perLeft * Math.log(probability / (1 - quantile))),
  };
}

/** By the recursion over the number of servers: factorials would overflow at 171. */
function erlangB(offered: number, servers: number): number {
  let blocked = 1;
  for (let server = 1; server <= servers; server++)
    blocked = (offered * blocked) / (server + offered * blocked);
  return blocked;
}
