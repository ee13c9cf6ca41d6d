import type { Database } from "../provider/upstash/databases.ts";
import { databaseAt, kindOf, type FoundService } from "./found.ts";

/** What of an account becomes the stack. */
export interface Selection {
  readonly web: Chosen<FoundService>;
  /** Missing: the web service does everything. */
  readonly worker?: Chosen<FoundService>;
  readonly database: Chosen<Database>;
}

export interface Chosen<Thing> {
  readonly thing: Thing;
  /** Why it was taken; missing where somebody named it. */
  readonly guess?: string;
}

/** The web service first. */
export function servicesOf({ web, worker }: Pick<Selection, "web" | "worker">): readonly FoundService[] {
  return [web.thing, ...(worker === undefined ? [] : [worker.thing])];
}

/** Ids that somebody named; `none` for no worker. */
export interface Named {
  readonly web?: string;
  readonly worker?: string;
  readonly database?: string;
}

/** Something has to be named; the message says what there is. */
export class NotChosen extends Error {
  override readonly name = "NotChosen";
  /** Which, and the ids to choose among; none when naming would not help. */
  readonly option: keyof Named | undefined;
  readonly choices: readonly Choice[];

  constructor(message: string, option?: keyof Named, choices: readonly Choice[] = []) {
    super(message);
    this.option = option;
    this.choices = choices;
  }
}

interface Choice {
  readonly id: string;
  readonly name: string;
}

const NO_WORKER = "none";

/**
 * Takes what was named, and guesses what was not.
 * @throws NotChosen
 */
export function select(
  services: readonly FoundService[],
  databases: readonly Database[] | undefined,
  named: Named,
): Selection {
  const worker =
    named.worker === NO_WORKER ? undefined : service("worker", services, named.worker, undefined);
  const web = service("web", services, named.web, worker?.thing);
  if (web === undefined)
    throw new NotChosen(
      "expected a web service, because a fleet at Render has one: alone, or beside a background worker; got none",
    );
  const regions = [web, worker].flatMap((chosen) => chosen?.thing.service.serviceDetails.region ?? []);
  if (new Set(regions).size > 1)
    throw new NotChosen(
      `expected services of one region, because a fleet has one, got ${regions.join(" and ")}: name others with --web and --worker`,
    );
  return {
    web,
    ...(worker === undefined ? {} : { worker }),
    database: databaseOf(databases, named.database, worker?.thing ?? web.thing),
  };
}

function service(
  option: "web" | "worker",
  services: readonly FoundService[],
  id: string | undefined,
  beside: FoundService | undefined,
): Chosen<FoundService> | undefined {
  const what = option === "web" ? "web service" : "background worker";
  const all = services.filter((found) => kindOf(found.service) === option);
  if (id !== undefined) {
    const thing = all.find((found) => found.service.id === id);
    if (thing !== undefined) return { thing };
    throw new NotChosen(`--${option}: expected the id of a ${what} (${idsOf(all)}), got ${id}`);
  }
  const [only, ...others] = all;
  if (only === undefined) return undefined;
  if (others.length === 0) return { thing: only, guess: `it is the only ${what}` };
  const url = beside?.environment["REDIS_URL"];
  const guesses = [
    {
      guess: "its REDIS_URL is the worker's",
      fits: (env: FoundService["environment"]) => url !== undefined && env["REDIS_URL"] === url,
    },
    {
      guess: `it is the only ${what} with a REDIS_URL`,
      fits: (env: FoundService["environment"]) => env["REDIS_URL"] !== undefined,
    },
  ];
  for (const { guess, fits } of guesses) {
    const [one, ...more] = all.filter(({ environment }) => fits(environment));
    if (one !== undefined && more.length === 0) return { thing: one, guess };
  }
  throw new NotChosen(
    `--${option}: expected the id of a ${what}, because there are several (${idsOf(all)}), got nothing`,
    option,
    all.map((found) => found.service),
  );
}

function databaseOf(
  databases: readonly Database[] | undefined,
  id: string | undefined,
  user: FoundService,
): Chosen<Database> {
  if (databases === undefined)
    throw new NotChosen(
      "UPSTASH_EMAIL and UPSTASH_API_KEY: expected the credentials of Upstash's API, because the store is taken over too, got nothing; " +
        "get one: console.upstash.com, Account, Management API",
    );
  const choices = databases.map(({ database_id, database_name: name }) => ({ id: database_id, name }));
  const those = choices.map((choice) => `${choice.name} ${choice.id}`).join(", ") || "there is none";
  if (id !== undefined) {
    const thing = databases.find(({ database_id }) => database_id === id);
    if (thing !== undefined) return { thing };
    throw new NotChosen(
      `--database: expected the id of a database of this Upstash account (${those}), got ${id}`,
    );
  }
  const { name } = user.service;
  const url = user.environment["REDIS_URL"];
  const used = databaseAt(url, databases);
  if (used !== undefined) return { thing: used, guess: `REDIS_URL of ${name} points at it` };
  const host = URL.parse(url ?? "")?.hostname;
  throw new NotChosen(
    host === undefined
      ? `--database: expected the id of a database, because ${name} has no REDIS_URL that says which (${those}), got nothing`
      : `--database: expected REDIS_URL of ${name} to point at a database of this Upstash account (${those}), got ${host}; ` +
          "this version takes over stores at Upstash only",
    host === undefined ? "database" : undefined,
    choices,
  );
}

function idsOf(all: readonly FoundService[]): string {
  return all.map((found) => `${found.service.name} ${found.service.id}`).join(", ") || "there is none";
}
