import { parseArgs } from "node:util";

export interface DemoOptions {
  /** End after this many answered messages; without it at Ctrl-C. */
  readonly replies: number | undefined;
  /** Kill the worker with SIGKILL this often, in seconds. */
  readonly killEvery: number | undefined;
}

const HELP = `Runs the worker on this machine, with everything it needs embedded: Redis, a WhatsApp simulator
and a development AI. Two shops are paired, and simulated customers write to them.

Usage: npm start -- [options]

  --replies <n>         end after n answered messages; exit code 0 only if nothing was lost or repeated
  --kill-every <s>      kill -9 the worker every s seconds and start it again (10 or more: the AI takes up to 5)
  --help                show this

  REDIS_URL             use this Redis, under a namespace of its own, instead of an embedded one
  OXY_HEALTH_PORT       where /health is served (3001)
  OXY_BOARD_PORT        where Bull Board is served (3002)

Examples:
  $ npm start
  $ npm start -- --replies 3
  $ npm start -- --kill-every 10`;

/** Exits for --help and for options that are none. */
export function readOptions(args: readonly string[]): DemoOptions {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        replies: { type: "string" },
        "kill-every": { type: "string" },
        help: { type: "boolean" },
      },
    });
    if (values.help === true) {
      process.stdout.write(`${HELP}\n`);
      process.exit(0);
    }
    return {
      replies: positive("--replies", values.replies, Number.isInteger),
      killEvery: positive("--kill-every", values["kill-every"], Number.isFinite),
    };
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}\n`);
    process.exit(2);
  }
}

function positive(
  name: string,
  text: string | undefined,
  is: (value: number) => boolean,
): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!is(value) || value <= 0) throw new Error(`${name}: expected a number above 0, got "${text}"`);
  return value;
}
