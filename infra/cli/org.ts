import { readFile } from "node:fs/promises";
import { Command } from "commander";
import { ask, printAnswers, withControl, type ControlOptions } from "./control.ts";

interface AddOptions extends ControlOptions {
  readonly settings?: string;
  readonly name?: string;
  readonly instructions?: string;
  readonly instructionsFile?: string;
  readonly holdingMessage?: string;
  readonly fallbackMessage?: string;
  readonly answerUpToMinutes?: number;
  readonly silenceMinutes?: number;
}

/** A worker saves settings at once when it sees them. */
const PATIENCE_SECONDS = 15;

export function orgCommand(): Command {
  const add = new Command("add")
    .description("Add an organization, or change its settings.")
    .argument("<organization>", "its id: letters, digits, '-' and '_'")
    .option("--settings <path>", "all settings, from a file of YAML or JSON; options override it")
    .option("--name <name>", "as its customers know it (default: the id)")
    .option("--instructions <text>", "how the AI should speak and what it may promise")
    .option("--instructions-file <path>", "the same, from a file")
    .option("--holding-message <text>", "sent once when an answer takes long")
    .option("--fallback-message <text>", "sent once when no answer can be had")
    .option("--answer-up-to-minutes <n>", "leave messages older than this to people", Number)
    .option("--silence-minutes <n>", "keep out of a chat after the owner wrote there", Number)
    .addHelpText(
      "after",
      '\nExamples:\n  $ npx oxy org add -s local loja-da-ana --name "Loja da Ana" --instructions-file ana.txt\n' +
        "  $ npx oxy org add -s local loja-da-ana --settings loja-da-ana.yaml",
    )
    .action(addOrganization);
  return new Command("org")
    .description("Organizations: the tenants of a deployment.")
    .addCommand(withControl(add));
}

async function addOrganization(organization: string, options: AddOptions): Promise<void> {
  const {
    stack: _stack,
    cwd: _cwd,
    offline: _offline,
    redis: _redis,
    admin: _admin,
    namespace: _namespace,
    patience: _patience,
    json: _json,
    settings: path,
    instructionsFile,
    ...given
  } = options;
  // Loaded then only: `npm start` installs no reader of YAML.
  const file = path === undefined ? undefined : await (await import("./org-settings.ts")).readSettings(path);
  const instructions =
    instructionsFile === undefined ? {} : { instructions: await readFile(instructionsFile, "utf8") };
  const settings = { name: organization, ...file?.settings, ...given, ...instructions };
  try {
    const answers = ask(options, { verb: "org add", organization, settings }, PATIENCE_SECONDS);
    await printAnswers(options, answers, (answer) =>
      answer.kind === "done" ? `${organization} ${answer["saved"]}` : undefined,
    );
  } catch (error) {
    throw file?.placed(error) ?? error;
  }
}
