import { DAILY_VERSION, recipients, type OfOneDay } from "../jobs/daily.ts";
import { DAILY_SUMMARY_JOB } from "../jobs/aurora-daily-summary/job.ts";
import { OPPORTUNITIES_JOB } from "../jobs/aurora-opportunities/job.ts";
import type { OrganizationSettings } from "../sessions/organization.ts";
import type { DoneDays } from "./done.ts";
import { cronPattern, dueDay, type Schedule } from "./schedule.ts";
import type { Wanted } from "./schedulers.ts";

/** A daily job that is to be done for an organization. */
export interface DueJob extends OfOneDay {
  readonly name: string;
  readonly lateMs: number;
}

/** The tenants, as they are known at this moment. */
interface Tenants {
  readonly ids: readonly string[];
  find(organization: string): OrganizationSettings | undefined;
}

/** What is done for every organization by its own clock. */
export class DailyJobs {
  readonly #schedules: Readonly<Record<string, Schedule>>;
  readonly #tenants: Tenants;

  /** @param times HH:MM */
  constructor(times: { readonly summaryAt: string; readonly opportunitiesAt: string }, tenants: Tenants) {
    this.#schedules = {
      [DAILY_SUMMARY_JOB]: { at: times.summaryAt, weekdaysOnly: false, carriesOver: true },
      [OPPORTUNITIES_JOB]: { at: times.opportunitiesAt, weekdaysOnly: true, carriesOver: false },
    };
    this.#tenants = tenants;
  }

  /** A scheduler for each job and each time zone that has somebody to be told. */
  wanted(): Wanted[] {
    const zones = [...new Set(this.#served().map(([, { timeZone }]) => timeZone))].toSorted();
    return Object.entries(this.#schedules).flatMap(([name, schedule]) =>
      zones.map((tz) => ({
        id: `${name} ${tz}`,
        name,
        repeat: { pattern: cronPattern(schedule), tz },
        data: { v: DAILY_VERSION, timeZone: tz },
      })),
    );
  }

  /**
   * What is due now.
   * @param now ms of store time
   * @param done by organization
   * @param only of this job and zone; with `earlyMs`, also what will be due within this long
   */
  due(
    now: number,
    done: ReadonlyMap<string, DoneDays>,
    only: { name?: string; timeZone?: string; earlyMs?: number } = {},
  ): DueJob[] {
    const { earlyMs = 0 } = only;
    return this.#served()
      .filter(([, { timeZone }]) => only.timeZone === undefined || timeZone === only.timeZone)
      .flatMap(([organization, { timeZone }]) =>
        Object.entries(this.#schedules)
          .filter(([name]) => only.name === undefined || name === only.name)
          .flatMap(([name, schedule]): DueJob[] => {
            const last = done.get(organization)?.[name];
            const due =
              dueDay(schedule, timeZone, now, last) ?? dueDay(schedule, timeZone, now + earlyMs, last);
            return due === undefined ? [] : [{ name, organization, ...due }];
          }),
      );
  }

  /** Those with a team: the others have nobody who could be told. */
  #served(): (readonly [organization: string, settings: OrganizationSettings])[] {
    return this.#tenants.ids.flatMap((organization) => {
      const settings = this.#tenants.find(organization);
      return settings === undefined || recipients(settings).length === 0
        ? []
        : [[organization, settings] as const];
    });
  }
}
