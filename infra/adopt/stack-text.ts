import { renderFleet } from "../hosts/render/config.ts";
import { planInForce } from "../provider/upstash/database-plan.ts";
import { regionOf } from "../provider/upstash/databases.ts";
import type { Autoscaling } from "../provider/render/services.ts";
import type { FoundService } from "./found.ts";
import { servicesOf, type Selection } from "./selection.ts";

/** What the stack's config says besides what was selected. */
export interface StackParts {
  readonly project: string;
  readonly fleet: string;
  /** Empty for the only one. */
  readonly workspace: string;
  readonly image: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** Where the instance type is none that a fleet can say. */
const USUAL_SIZE = "starter";
const USUAL_PLAN = "250mb";
/** Of a fleet, in its config. */
const MOST_INSTANCES = 20;

/** The config of a stack that matches what was selected, as YAML: held, so that it changes nothing. */
export function adoptedStack(selection: Selection, parts: StackParts): string {
  const { project, fleet, image, environment } = parts;
  const services = servicesOf(selection).map(({ service }) => JSON.stringify(service.name));
  const settings = Object.entries(environment).map(
    ([name, value]) => `    ${name}: ${JSON.stringify(value)}`,
  );
  return [
    "config:",
    `  ${project}:image: ${image}`,
    `  # The database ${JSON.stringify(selection.database.thing.database_name)}.`,
    `  ${project}:store:`,
    ...storeLines(selection).map((line) => `    ${line}`),
    `  # ${services.length === 1 ? "The service" : "The services"} ${services.join(" and ")}.`,
    `  ${project}:fleets:`,
    `    ${fleet}:`,
    ...fleetLines(selection, parts.workspace).map((line) => `      ${line}`),
    ...(settings.length === 0 ? [] : [`  ${project}:environment:`, ...settings]),
    "",
  ].join("\n");
}

function storeLines(selection: Selection): string[] {
  const { thing: database } = selection.database;
  return [
    "kind: upstash",
    `region: ${regionOf(database) ?? "unknown"}`,
    `plan: ${planOf(selection) ?? USUAL_PLAN}`,
    ...(database.prod_pack_enabled === true ? ["prodPack: true"] : []),
    `databaseId: ${database.database_id}`,
    "# Kept as it is found, until this line is removed.",
    "hold: true",
  ];
}

/** Sessions are the worker's, where there is one: what it runs on is what the fleet runs on. */
function fleetLines({ web, worker }: Selection, workspace: string): string[] {
  const main = (worker ?? web).thing;
  const { registryCredential, serviceDetails } = main.service;
  const { region, numInstances, autoscaling } = serviceDetails;
  const scaling = autoscaling?.enabled === true ? autoscaling : undefined;
  return [
    "host: render",
    `region: ${region}`,
    `size: ${sizeOf(main) ?? USUAL_SIZE}`,
    `services: ${worker === undefined ? "one" : "two"}`,
    `instances: ${Math.min(scaling?.min ?? numInstances, MOST_INSTANCES)}`,
    ...(scaling === undefined ? [] : scalingLines(scaling)),
    ...(registryCredential == null ? [] : [`registryCredential: ${JSON.stringify(registryCredential.name)}`]),
    ...(workspace === "" ? [] : [`workspace: ${JSON.stringify(workspace)}`]),
    ...(worker === undefined
      ? [`serviceId: ${web.thing.service.id}`]
      : [`webServiceId: ${web.thing.service.id}`, `workerServiceId: ${worker.thing.service.id}`]),
    "# Kept as it is found, until this line is removed.",
    "hold: true",
  ];
}

function scalingLines({ max, criteria: { cpu, memory } }: Autoscaling): string[] {
  const by = [...(cpu.enabled ? ["cpu"] : []), ...(memory.enabled ? ["memory"] : [])];
  return [
    `autoscaling: ${by.join("-and-") || "off"}`,
    `maxInstances: ${max}`,
    ...(cpu.enabled ? [`targetCpuPercent: ${cpu.percentage}`] : []),
    ...(memory.enabled ? [`targetMemoryPercent: ${memory.percentage}`] : []),
  ];
}

/** As a fleet's config names it; undefined where it has no name for it. */
export function sizeOf({ service }: FoundService): string | undefined {
  const size = service.serviceDetails.plan.replaceAll("_", "-");
  return renderFleet.shape.size.safeParse(size).success ? size : undefined;
}

/** As the store's config names it; undefined where Upstash does not say which it is. */
export function planOf({ database }: Pick<Selection, "database">): string | undefined {
  return planInForce(database.thing)?.replace(/^fixed_/, "");
}
