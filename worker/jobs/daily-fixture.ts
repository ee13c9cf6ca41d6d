import { vi } from "vitest";
import type { Outcome } from "../notices/notices.ts";
import type { Logger } from "../runtime/logging.ts";
import { organizationSettings, type OrganizationSettings } from "../sessions/organization.ts";
import type { DailyPorts } from "./daily.ts";

export const OWNER = { number: "5511911111111", name: "Ana", owner: true };
export const EMPLOYEE = { number: "5511922222222", name: "Bia", owner: false };

export function settingsWith(team: OrganizationSettings["team"] = [OWNER, EMPLOYEE]): OrganizationSettings {
  return organizationSettings.parse({ name: "Loja da Ana", team });
}

/** What the daily jobs share of their ports, with what was concluded and said. */
export function dailyPorts(settings: OrganizationSettings | undefined = settingsWith()) {
  const outcomes: Outcome[] = [];
  const warned: string[] = [];
  const state: {
    settings: OrganizationSettings | undefined;
    done: string | undefined;
    erasures: string;
    answer: string | Error;
  } = {
    settings,
    done: undefined,
    erasures: "7",
    answer: "",
  };
  const begin = vi.fn<DailyPorts["begin"]>(async () => {});
  const write = vi.fn<() => Promise<string>>(async () => {
    if (state.answer instanceof Error) throw state.answer;
    return state.answer;
  });
  const log: Logger = {
    error: () => {},
    info: () => {},
    debug: () => {},
    warn: (event, fields) => void warned.push(`${event}: ${String(fields?.["errorMessage"] ?? "")}`),
  };
  return {
    outcomes,
    warned,
    state,
    begin,
    write,
    ports: {
      log,
      begin,
      write,
      settings: () => state.settings,
      doneUntil: async () => state.done,
      erasures: async () => state.erasures,
      conclude: async (_organization: string, outcome: Outcome): Promise<"concluded"> => {
        outcomes.push(outcome);
        return "concluded";
      },
    },
  };
}

export const running: AbortSignal = new AbortController().signal;
