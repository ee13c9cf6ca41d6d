import { z } from "zod";
import type { ApiClient } from "../../api/client.ts";
import { isApiFailure } from "../../api/failure.ts";
import type { DatabasePlan } from "./database-plan.ts";

/** What of a database is used. */
const database = z.object({
  database_id: z.string(),
  database_name: z.string(),
  /** Of an old database it is the region itself, of any other `global`. */
  region: z.string().optional(),
  primary_region: z.string().optional(),
  endpoint: z.string(),
  port: z.int(),
  /** Only in the answer for a single one, and not in the description; earlier documentation (2025-09) has it. */
  password: z.string().optional(),
  tls: z.boolean(),
  state: z.string(),
  /** What is being changed; empty when nothing is. */
  modifying_state: z.string().optional(),
  type: z.string().optional(),
  db_disk_threshold: z.number().optional(),
  budget: z.number().optional(),
  eviction: z.boolean().optional(),
  auto_upgrade: z.boolean().optional(),
  prod_pack_enabled: z.boolean().optional(),
});

export type Database = z.output<typeof database>;

/** What a database is made with. */
export interface DatabaseRequest {
  readonly name: string;
  readonly region: string;
  readonly plan: DatabasePlan;
  /** 0 for Upstash's own. */
  readonly budget: number;
}

/** Regions of Google's cloud; every other one is Amazon's (Upstash docs, redis/features/globaldatabase, 2026-08). */
const GOOGLE_REGIONS: ReadonlySet<string> = new Set([
  "us-central1",
  "us-east4",
  "europe-west1",
  "asia-northeast1",
]);

/** The Redis databases of an account, call by call. Each rejects with `ApiFailed`. */
export class Databases {
  readonly #api: ApiClient;

  constructor(api: ApiClient) {
    this.#api = api;
  }

  /** Without passwords. */
  async all(doing = "list databases"): Promise<readonly Database[]> {
    return await this.#api.call({
      method: "GET",
      path: "/redis/databases",
      doing,
      answer: z.array(database),
    });
  }

  async named(name: string): Promise<readonly Database[]> {
    const all = await this.all(`look for database "${name}"`);
    return all.filter(({ database_name }) => database_name === name);
  }

  /** With its password. @returns undefined when there is none of that id */
  async byId(id: string): Promise<Database | undefined> {
    try {
      return await this.#api.call({
        method: "GET",
        path: `/redis/database/${encodeURIComponent(id)}`,
        doing: `look at database ${id}`,
        answer: database,
      });
    } catch (error) {
      if (isApiFailure(error, "missing")) return undefined;
      throw error;
    }
  }

  create({ name, region, plan, budget }: DatabaseRequest): Promise<Database> {
    return this.#api.call({
      method: "POST",
      path: "/redis/database",
      doing: `create database "${name}" in ${region}`,
      body: {
        database_name: name,
        platform: GOOGLE_REGIONS.has(region) ? "gcp" : "aws",
        primary_region: region,
        plan,
        eviction: false,
        tls: true,
        ...(budget === 0 ? {} : { budget }),
      },
      answer: database,
    });
  }

  /** Does nothing when it is gone already. */
  async delete({ id, name }: { readonly id: string; readonly name: string }): Promise<void> {
    try {
      await this.#api.call({
        method: "DELETE",
        path: `/redis/database/${encodeURIComponent(id)}`,
        doing: `delete database "${name}"`,
      });
    } catch (error) {
      if (!isApiFailure(error, "missing")) throw error;
    }
  }

  /** The path as the description has it since 2026-05; before, it was `/redis/change-plan/{id}`. */
  changePlan(of: Database, plan: DatabasePlan, prodPack: boolean): Promise<void> {
    return this.#change("POST", `/redis/${encodeURIComponent(of.database_id)}/change-plan`, {
      doing: `put database "${of.database_name}" on plan ${plan}${prodPack ? " with the Prod Pack" : ""}`,
      body: { plan_name: plan, auto_upgrade: false, prod_pack_enabled: prodPack },
    });
  }

  changeBudget(of: Database, budget: number): Promise<void> {
    return this.#change("PATCH", `/redis/update-budget/${encodeURIComponent(of.database_id)}`, {
      doing: `set the budget of database "${of.database_name}" to ${budget}`,
      body: { budget },
    });
  }

  disableEviction(of: Database): Promise<void> {
    return this.#change("POST", `/redis/disable-eviction/${encodeURIComponent(of.database_id)}`, {
      doing: `end the eviction of database "${of.database_name}"`,
    });
  }

  disableAutoUpgrade(of: Database): Promise<void> {
    return this.#change("POST", `/redis/disable-autoupgrade/${encodeURIComponent(of.database_id)}`, {
      doing: `end the auto-upgrade of database "${of.database_name}"`,
    });
  }

  /** Each of them says what is to be, so that it may be said again. */
  async #change(
    method: "POST" | "PATCH",
    path: string,
    { doing, body }: { readonly doing: string; readonly body?: object },
  ): Promise<void> {
    await this.#api.call({
      method,
      path,
      doing,
      repeatable: true,
      ...(body === undefined ? {} : { body }),
    });
  }
}

export function regionOf({ primary_region: primary, region }: Database): string | undefined {
  return primary === undefined || primary === "" ? region : primary;
}

/** A host name, or the first part of one. */
export function hostOf({ endpoint }: Database): string {
  return endpoint.includes(".") ? endpoint : `${endpoint}.upstash.io`;
}

/** Where it is reached, with its password; undefined when the API does not tell that. */
export function urlOf(of: Database): string | undefined {
  if (of.password === undefined || of.password === "") return undefined;
  const scheme = of.tls ? "rediss" : "redis";
  return `${scheme}://default:${encodeURIComponent(of.password)}@${hostOf(of)}:${of.port}`;
}
