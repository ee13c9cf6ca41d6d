/** What every client of AWS's SDK is made with. */
export function clientSettings(region: string) {
  return {
    region,
    maxAttempts: 5,
    // All in ms. Without them the SDK waits for an answer as long as somebody holds the line.
    requestHandler: { connectionTimeout: 5_000, requestTimeout: 20_000, throwOnRequestTimeout: true },
  };
}
