import { Command, InvalidArgumentError } from "commander";
import type { AlertsState } from "../control/channel.ts";
import { withChannel, withControl, type ControlOptions } from "./control.ts";
import { EXIT, Failure } from "./failure.ts";

interface SilenceOptions extends ControlOptions {
  readonly organization?: string;
  readonly for: number;
}

const MOST_MINUTES = 30 * 24 * 60;
const MINUTES_OF = { m: 1, h: 60, d: 24 * 60 } as const;

export function alertsCommand(): Command {
  const list = new Command("list")
    .description("What fires now, as of the last look, and what is silenced.")
    .addHelpText("after", "\nExample:\n  $ npx oxy alerts list -s local")
    .action(listAlerts);
  const silence = new Command("silence")
    .description("Have nobody told of a rule for a while. What fires still when it is over is told then.")
    .argument("<rule>", "as docs/alerts.md names it")
    .option("--organization <id>", "of this one alone (default: of all)")
    .option("--for <time>", "as 30m, 2h or 7d; 0 ends a silence", minutesOf, 60)
    .addHelpText(
      "after",
      "\nExample:\n  $ npx oxy alerts silence session-down -s local --organization loja-da-ana --for 2h",
    )
    .action(silenceRule);
  return new Command("alerts")
    .description("What people are told of a deployment.")
    .addCommand(withControl(list))
    .addCommand(withControl(silence));
}

async function listAlerts(options: ControlOptions): Promise<void> {
  const state = await withChannel(options, (channel) => channel.alerts());
  print(options, state);
}

async function silenceRule(rule: string, options: SilenceOptions): Promise<void> {
  const { organization, for: minutes } = options;
  const state = await withChannel(options, async (channel) => {
    const { rules } = await channel.alerts();
    if (rules.length > 0 && !rules.includes(rule))
      throw new Failure(`<rule>: expected one of ${rules.join(", ")}, got "${rule}"`, EXIT.configuration);
    await channel.silence({ rule, ...(organization === undefined ? {} : { organization }), minutes });
    return await channel.alerts();
  });
  print(options, state);
}

function print({ json }: ControlOptions, state: AlertsState): void {
  process.stdout.write(`${json ? JSON.stringify(state) : linesOf(state).join("\n")}\n`);
}

/** For people; `oxy status` shows those that fire, too. */
function linesOf(state: AlertsState): string[] {
  const silences = state.silences.map(
    ({ rule, organization, until }) =>
      `silenced ${rule} ${organization ?? "(all)"} until ${new Date(until).toISOString()}`,
  );
  const firing = firingLines(state);
  return [...(firing.length === 0 ? ["nothing fires"] : firing), ...silences];
}

export function firingLines({ firing }: Pick<AlertsState, "firing">): string[] {
  return firing.map(({ rule, organization, since, told }) => {
    const who = organization === undefined ? "" : ` ${organization}`;
    return `firing   ${rule}${who} since ${new Date(since).toISOString()}${told ? "" : ", silenced"}`;
  });
}

function minutesOf(text: string): number {
  const [, number, unit] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  const minutes = text === "0" ? 0 : Number(number) * MINUTES_OF[unit as keyof typeof MINUTES_OF];
  if (!(minutes >= 0 && minutes <= MOST_MINUTES))
    throw new InvalidArgumentError("expected a time as 30m, 2h or 7d, at most 30d, or 0");
  return minutes;
}
