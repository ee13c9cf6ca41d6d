import type { FoundService } from "../adopt/found.ts";
import { NotChosen, select, type Named, type Selection } from "../adopt/selection.ts";
import type { Database } from "../provider/upstash/databases.ts";
import { EXIT, Failure } from "./failure.ts";
import { answerTo } from "./terminal.ts";

/**
 * What becomes the stack. Where nobody can guess, a person is asked.
 * @throws Failure
 */
export async function selected(
  services: readonly FoundService[],
  databases: readonly Database[] | undefined,
  named: Named,
): Promise<Selection> {
  try {
    return select(services, databases, named);
  } catch (error) {
    if (!(error instanceof NotChosen)) throw error;
    const { option, message } = error;
    if (option === undefined || !process.stdin.isTTY) throw new Failure(message, EXIT.configuration);
    return await selected(services, databases, { ...named, [option]: await asked(error, option) });
  }
}

async function asked({ choices }: NotChosen, option: string): Promise<string> {
  const lines = choices.map(({ id, name }, index) => `  ${index + 1}  ${name} (${id})`);
  process.stdout.write(`${lines.join("\n")}\n`);
  const answer = await answerTo(`Which is the ${option}? [1-${choices.length}] `);
  const chosen = choices[Number(answer) - 1];
  if (chosen === undefined) throw new Failure("none was chosen, nothing was done", EXIT.cancelled);
  return chosen.id;
}
