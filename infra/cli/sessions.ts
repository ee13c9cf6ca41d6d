import { resolve } from "node:path";
import { Command } from "commander";
import { InvalidSession, readMultiFileSession } from "../control/multi-file-session.ts";
import { sessionParcel } from "../control/session-parcel.ts";
import { ask, printAnswers, withControl, type ControlOptions } from "./control.ts";
import { confirm } from "./deploying.ts";
import { EXIT, Failure } from "./failure.ts";

interface ImportOptions extends ControlOptions {
  readonly organization: string;
  readonly replace?: boolean;
  readonly oldProcessIsStopped?: boolean;
}

/** The worker stores the session, and then WhatsApp accepts the connection or does not. */
const PATIENCE_SECONDS = 90;
const SHOWN_FILES = 3;

export function sessionsCommand(): Command {
  const take = new Command("import")
    .description("Take over the WhatsApp session that another Baileys process kept: nobody scans again.")
    .argument("<folder>", "as useMultiFileAuthState wrote it: creds.json, session-….json, pre-key-….json …")
    .requiredOption("--organization <id>", "whose session it is, as it was added")
    .option("--replace", "give up the session that the organization has")
    .option("--old-process-is-stopped", "the process that used the folder runs no more, anywhere")
    .addHelpText(
      "after",
      `
The process that used the folder has to be stopped first, for good: two connections of one number throw each other
out, and WhatsApp bans numbers for it. The folder is not changed; a session that was taken over moves on, so that
the folder is of no use afterwards.

Example:
  $ npx oxy sessions import ./auth/loja-da-ana -s production --organization loja-da-ana --old-process-is-stopped`,
    )
    .action(importSession);
  return new Command("sessions")
    .description("WhatsApp sessions of a deployment.")
    .addCommand(withControl(take));
}

async function importSession(folder: string, options: ImportOptions): Promise<void> {
  const { organization, replace = false, json } = options;
  const { account, values, ignored } = await sessionIn(resolve(folder));
  const say = (line: string): void => void (json === true || process.stdout.write(`${line}\n`));
  say(`${folder}: the session of ${account}, ${values.size - 1} keys`);
  if (ignored.length > 0) {
    const more = ignored.length > SHOWN_FILES ? ` and ${ignored.length - SHOWN_FILES} more` : "";
    say(`left aside, because of no session: ${ignored.slice(0, SHOWN_FILES).join(", ")}${more}`);
  }
  if (options.oldProcessIsStopped !== true) await confirmStopped();
  const request = { verb: "session import", organization };
  const answers = ask(options, request, PATIENCE_SECONDS, ({ namespace }, keys) =>
    sessionParcel(values, { namespace, organization, keys, replace }),
  );
  await printAnswers(options, answers, (answer) =>
    answer.kind === "done" ? `${organization} is connected as ${answer["account"]}` : undefined,
  );
}

async function sessionIn(folder: string) {
  try {
    return await readMultiFileSession(folder);
  } catch (error) {
    if (!(error instanceof InvalidSession)) throw error;
    throw new Failure(error.message, EXIT.configuration);
  }
}

async function confirmStopped(): Promise<void> {
  if (!process.stdin.isTTY)
    throw new Failure(
      "--old-process-is-stopped: expected it: two connections of one number throw each other out, and get it banned",
      EXIT.configuration,
    );
  await confirm(
    "Is the process that used this folder stopped, for good? Two connections get a number banned.",
  );
}
