import { randomBytes } from "node:crypto";
import { text } from "node:stream/consumers";
import { Command } from "commander";
import { EXIT, Failure } from "./failure.ts";
import { reportFor, type Report } from "./report.ts";
import type { OpenStack } from "./stack.ts";
import { withStack, type StackOptions } from "./stack-options.ts";

const ENCRYPTION_KEYS = "OXY_ENCRYPTION_KEYS";
const KEY_BYTES = 32;

export function secretCommand(): Command {
  const set = new Command("set")
    .description("Keep a secret setting of the worker in the stack's config, encrypted.")
    .argument("<name>", "as docs/configuration.md has it")
    .addHelpText(
      "after",
      `
The value is read from standard input, so that it is in no history of commands.

Examples:
  $ npx oxy secret set -s local OPENAI_API_KEY          # then type it, Enter, Ctrl-D
  $ npx oxy secret set -s local OPENAI_API_KEY < key.txt`,
    )
    .action(setSecret);
  return new Command("secret").description("Secret settings of a stack.").addCommand(withStack(set));
}

async function setSecret(name: string, options: StackOptions): Promise<void> {
  const { openStack } = await import("./stack.ts");
  const report = reportFor(options);
  const open = await openStack({ ...options, create: true }, report.say);
  if (process.stdin.isTTY) report.say(`the value of ${name}, then Enter and Ctrl-D:`);
  const value = (await text(process.stdin)).trim();
  if (value === "")
    throw new Failure(`${name}: expected a value on standard input, got nothing`, EXIT.configuration);
  await keep(open, name, value);
  report.result(
    { kind: "result", stack: open.name, secret: name },
    `${name} is kept in ${open.project.stackPath(open.name)}; the next oxy up deploys it`,
  );
}

/** A stack is begun with a key of its own: nobody has one to bring. */
export async function ensureEncryptionKey(open: OpenStack, report: Report): Promise<void> {
  const secrets = open.file.config?.[`${open.project.name}:secrets`] as Record<string, unknown> | undefined;
  if (secrets?.[ENCRYPTION_KEYS] !== undefined) return;
  await keep(open, ENCRYPTION_KEYS, `k1:${randomBytes(KEY_BYTES).toString("base64")}`);
  report.say(
    `made ${ENCRYPTION_KEYS}, kept encrypted in ${open.project.stackPath(open.name)}: without it, what the store keeps cannot be read`,
  );
}

async function keep({ stack }: OpenStack, name: string, value: string): Promise<void> {
  await stack.setConfig(`secrets.${name}`, { value, secret: true }, true);
}
