/** One long-running process of this machine, and how it is to be kept. */
export interface ServiceSpec {
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment: nothing is inherited. May hold secrets: it is kept in memory only. */
  readonly environment: Readonly<Record<string, string>>;
  readonly workingDirectory: string;
  /** Written to its standard input, which is then closed. May hold secrets. */
  readonly stdin?: string;
  /** What is sent to stop it, and how long it may take before it is killed. */
  readonly stop: { readonly signal: NodeJS.Signals; readonly graceSeconds: number };
  /** What its starter wants to find again: owner, image, ports, digests. No secrets: it is written to disk. */
  readonly labels: Readonly<Record<string, string>>;
}
