/** The day that the catalogue is asked for unless another is: ISO 8601, in UTC. */
export function isoToday(): string {
  return new Date().toISOString().slice(0, "2026-11-22".length);
}
