import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";

/**
 * Asks the person at the terminal for a line.
 * @param options.hidden nothing of it is shown
 * @returns undefined when they leave with Ctrl-C or Ctrl-D
 */
export async function answerTo(
  question: string,
  options: { readonly hidden?: boolean } = {},
): Promise<string | undefined> {
  const hidden = options.hidden === true;
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  if (hidden) process.stdout.write(question);
  const output = hidden ? nowhere : process.stdout;
  const terminal = createInterface({ input: process.stdin, output, terminal: true });
  const left = new AbortController();
  terminal.once("close", () => left.abort());
  try {
    const answer = await terminal.question(question, { signal: left.signal });
    // Their Enter was not shown either.
    if (hidden) process.stdout.write("\n");
    return answer;
  } catch (error) {
    if (!(error instanceof Error && error.name === "AbortError")) throw error;
    process.stdout.write("\n");
    return undefined;
  } finally {
    terminal.close();
  }
}
