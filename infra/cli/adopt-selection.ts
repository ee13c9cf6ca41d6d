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
  { web, worker, database }: Named,
): Promise<Selection> {
  let named: Named = {
    ...(web === undefined ? {} : { web }),
    ...(worker === undefined ? {} : { worker }),
    ...(database === undefined ? {} : { database }),
  };
  for (;;) {
    try {
      return select(services, databases, named);
    } catch (error) {
      if (!(error instanceof NotChosen)) throw error;
      if (error.option === undefined || !process.stdin.isTTY)
        throw new Failure(error.message, EXIT.configuration);
      named = { ...named, [error.option]: await asked(error, error.option) };
    }
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
