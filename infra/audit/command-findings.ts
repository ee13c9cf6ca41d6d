import type { Finding } from "./finding.ts";
import type { Month } from "./month.ts";
import type { Commands, Rates } from "./rates.ts";
import type { StorePlans } from "./store-plans.ts";
import { between, count, counted, seconds, usd } from "./words.ts";

/** What it costs in commands, at rest and by the job, and how to pay for it. */
export function commandFindings(rates: Rates, month: Month, plans: StorePlans): Finding[] {
  return [atRest(rates, month), byJob(rates), plan(rates, month, plans)];
}

function atRest({ rest, seconds: watched }: Rates, { atRest: commands }: Month): Finding {
  const about = "commands at rest";
  if (commands === undefined || rest === undefined)
    return {
      verdict: "unknown",
      about,
      text: `jobs ran nearly all of the ${seconds(watched)}, so that what is done at rest could not be seen`,
      remedy: "watch for longer (--seconds), or at a quieter time",
    };
  const text =
    `${sent(rest.perMinute)} a minute from clients, ${count(rest.perMinute.all)} with those inside ` +
    `scripts: in a month ${spoken(commands)}, without a single job`;
  return { verdict: "ok", about, text };
}

function byJob({ jobs, perJob, seen, seconds: watched }: Rates): Finding {
  const about = "commands by the job";
  if (jobs === 0)
    return {
      verdict: "unknown",
      about,
      text: `no job was added in the ${seconds(watched)}`,
      remedy: "watch while jobs run, for longer (--seconds)",
    };
  if (perJob === undefined)
    return {
      verdict: "ok",
      about,
      text:
        `at most ${count(seen.client.counted / jobs)} from BullMQ's clients, ${count(seen.all / jobs)} with those inside ` +
        `scripts, by ${counted(jobs, "job")}: what is done at rest is in it`,
    };
  return {
    verdict: "ok",
    about,
    text: `${sent(perJob)} from clients, ${count(perJob.all)} with those inside scripts, by ${counted(jobs, "job")}`,
  };
}

function plan(rates: Rates, { asSeen }: Month, { payAsYouGo, fixed, advice }: StorePlans): Finding {
  const about = "how to pay for it";
  const month = `a month like these ${seconds(rates.seconds)} has ${spoken(asSeen)}`;
  const byCommand =
    payAsYouGo.usd === null
      ? "Upstash pay-as-you-go: unknown"
      : `Upstash pay-as-you-go: ${between(payAsYouGo.usd.low, payAsYouGo.usd.high, usd)}`;
  const bySize =
    fixed === null
      ? "no fixed plan of Upstash is known that holds it"
      : `${nameOf(fixed.id)}: ${fixed.usd === null ? "unknown" : between(fixed.usd.low, fixed.usd.high, usd)}`;
  const text = `${month}; ${byCommand}, ${bySize}`;
  if (advice === "pay-as-you-go") return { verdict: "ok", about, text, remedy: "pay-as-you-go fits" };
  if (advice === "unknown") return { verdict: "unknown", about, text };
  const name = fixed === null ? "" : nameOf(fixed.id);
  return advice === "fixed"
    ? { verdict: "risk", about, text, remedy: `${name} fits; pay-as-you-go would cost more` }
    : {
        verdict: "risk",
        about,
        text,
        remedy: `${name}: it is not settled whether commands inside scripts are billed, and it is the same either way`,
      };
}

function nameOf(id: string): string {
  const [, , size = ""] = id.split("/");
  return `Upstash fixed ${size.replace(/(\d+)(..)/, (_all, digits, unit: string) => `${digits} ${unit.toUpperCase()}`)}`;
}

/** Sent to the server, and all of them. */
function spoken(commands: Commands): string {
  return `${sent(commands)} commands from clients, ${count(commands.all)} in all`;
}

function sent({ client }: Commands): string {
  return `${client.others ? "at least " : ""}${count(client.counted)}`;
}
