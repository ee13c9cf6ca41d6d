import { newNameOf } from "../provider/render/instance-types.ts";
import type { Advice } from "./advice.ts";
import { describedService, type DescribedDatabase, type FoundService } from "./found.ts";
import type { Selection } from "./selection.ts";

/** What there is, as lines for people; of settings only the names. */
export function inventoryLines(
  services: readonly FoundService[],
  databases: readonly DescribedDatabase[] | undefined,
): string[] {
  const rows = services.map((found) => {
    const { id, name, type, region, plan, instances, autoDeploy, suspended } = describedService(found);
    return [
      id,
      name,
      type.replaceAll("_", " "),
      region,
      planWords(plan),
      instances,
      autoDeploy ? "on" : "off",
      suspended ? "suspended" : "",
    ];
  });
  const details = (found: FoundService): string[] => {
    const { repo, branch, image, disk, environment } = describedService(found);
    return [
      repo === undefined ? `runs ${image}` : `built from ${branch} of ${repo}`,
      ...(disk === undefined ? [] : [`disk of ${disk.sizeGB} GB at ${disk.mountPath}`]),
      `environment: ${environment.join(", ") || "nothing"}`,
    ].map((line) => `      ${line}`);
  };
  const [head = "", ...lines] = columns([SERVICE_HEAD, ...rows]);
  return [
    `  ${head}`,
    ...services.flatMap((found, index) => [`  ${lines[index]}`, ...details(found)]),
    "",
    ...databaseLines(databases),
  ];
}

const SERVICE_HEAD = ["service", "name", "type", "region", "plan", "instances", "auto-deploy", ""];
const DATABASE_HEAD = ["database", "name", "region", "plan", "eviction", "REDIS_URL of"];

/** By both of its names, where it has two. */
function planWords(plan: string): string {
  const other = newNameOf(plan);
  return other === undefined ? plan : `${plan} (${other})`;
}

function databaseLines(databases: readonly DescribedDatabase[] | undefined): string[] {
  if (databases === undefined)
    return ["  databases at Upstash: not asked, UPSTASH_EMAIL and UPSTASH_API_KEY are not set"];
  if (databases.length === 0) return ["  databases at Upstash: none"];
  const rows = databases.map(({ id, name, region, plan, eviction, usedBy }) => [
    id,
    name,
    region,
    plan,
    eviction ? "on" : "off",
    usedBy.join(", ") || "none",
  ]);
  return columns([DATABASE_HEAD, ...rows]).map((line) => `  ${line}`);
}

/** What was taken, and which of it is a guess. */
export function selectionLines({ web, worker, database }: Selection): string[] {
  const rows = [
    { what: "web", name: web.thing.service.name, id: web.thing.service.id, guess: web.guess },
    ...(worker === undefined
      ? []
      : [
          {
            what: "worker",
            name: worker.thing.service.name,
            id: worker.thing.service.id,
            guess: worker.guess,
          },
        ]),
    {
      what: "store",
      name: database.thing.database_name,
      id: database.thing.database_id,
      guess: database.guess,
    },
  ];
  return rows.map(
    ({ what, name, id, guess }) =>
      `  ${what.padEnd(7)}${name} (${id})${guess === undefined ? "" : `: a guess, because ${guess}`}`,
  );
}

export function adviceLines(advice: readonly Advice[]): string[] {
  if (advice.length === 0) return ["  nothing about it is unwise"];
  return advice.flatMap(({ what, why, steps }, index) => [
    `  ${index + 1}. ${what}`,
    `     ${why}`,
    ...steps.map((step) => `     → ${step}`),
  ]);
}

function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? "").length)),
  );
  return rows.map((row) =>
    row
      .map((text, column) => text.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}
