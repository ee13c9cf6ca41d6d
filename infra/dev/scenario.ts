import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { generatedScenario } from "../benchmark/generated-scenario.ts";
import { recordedScenario } from "../benchmark/recorded-scenario.ts";
import { scenarioText } from "../benchmark/scenario-text.ts";

const HELP = `Makes a scenario for oxy bench and npm run queues:test, and prints it.

Usage: node infra/dev/scenario.ts [options]

  --messages <n>       how many (150)
  --seconds <n>        within which they come, more of them in the middle (60)
  --conversations <n>  of how many customers (60)
  --organizations <n>  to how many organizations (2)
  --seed <n>           chooses everything: the same one makes the same scenario (7)
  --from-logs          instead: what was really answered, from oxy logs --json on standard input; neither numbers nor
                       texts are in it
  --help               show this

Examples:
  $ node infra/dev/scenario.ts --messages 600 --seconds 120 > stacks/benchmark/rush.yaml
  $ npx oxy logs -s production -n 2000 --json | node infra/dev/scenario.ts --from-logs > stacks/benchmark/tuesday.yaml`;

process.exitCode = await main();

async function main(): Promise<number> {
  try {
    const { values } = parseArgs({
      options: {
        messages: { type: "string", default: "150" },
        seconds: { type: "string", default: "60" },
        conversations: { type: "string", default: "60" },
        organizations: { type: "string", default: "2" },
        seed: { type: "string", default: "7" },
        "from-logs": { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
    if (values.help) return print(`${HELP}\n`);
    if (values["from-logs"]) {
      const lines = (await text(process.stdin)).split("\n");
      return print(scenarioText(recordedScenario(lines, "recorded: from oxy logs")));
    }
    const { messages, seconds, conversations, organizations } = values;
    return print(
      scenarioText(
        generatedScenario({
          messages: above0("--messages", messages),
          seconds: above0("--seconds", seconds),
          conversations: above0("--conversations", conversations),
          organizations: above0("--organizations", organizations),
          seed: integer("--seed", values.seed),
        }),
      ),
    );
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (!(error instanceof RangeError) && code?.startsWith("ERR_PARSE_ARGS") !== true) throw error;
    process.stderr.write(`${(error as Error).message}\n`);
    return 2;
  }
}

function above0(option: string, value: string): number {
  const number = integer(option, value);
  if (number > 0) return number;
  throw new RangeError(`${option}: expected an integer above 0, got ${value}`);
}

function integer(option: string, value: string): number {
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number;
  throw new RangeError(`${option}: expected an integer, got ${value}`);
}

function print(printed: string): 0 {
  process.stdout.write(printed);
  return 0;
}
