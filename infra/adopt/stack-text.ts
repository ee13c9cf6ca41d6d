import { renderFleet } from "../hosts/render/config.ts";
import { planInForce } from "../provider/upstash/database-plan.ts";
import { regionOf } from "../provider/upstash/databases.ts";
import { upstashStore } from "../stores/upstash/config.ts";
import type { FoundService } from "./found.ts";
import type { Selection } from "./selection.ts";

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

/** The config of a stack that matches what was selected, as YAML: held, so that it changes nothing. */
export function adoptedStack(selection: Selection, parts: StackParts): string {
  const { project, fleet, workspace, image, environment } = parts;
  const { web, worker, database } = selection;
  const main = (worker ?? web).thing;
  const { region, numInstances, autoscaling } = main.service.serviceDetails;
  const scales = autoscaling?.enabled === true ? autoscaling : undefined;
  const { cpu, memory } = { cpu: scales?.criteria.cpu, memory: scales?.criteria.memory };
  const credential = main.service.registryCredential?.name ?? "";
  const {
    database_name: databaseName,
    database_id: databaseId,
    prod_pack_enabled: prodPack,
  } = database.thing;
  return [
    "config:",
    `  ${project}:image: ${image}`,
    `  # The database "${databaseName}".`,
    `  ${project}:store:`,
    "    kind: upstash",
    `    region: ${regionOf(database.thing) ?? upstashStore.shape.region.parse(undefined)}`,
    `    plan: ${planName(selection)}`,
    ...(prodPack === true ? ["    prodPack: true"] : []),
    `    databaseId: ${databaseId}`,
    "    # Kept as it is found, until this line is removed.",
    "    hold: true",
    `  # ${worker === undefined ? "The service" : "The services"} ${[web, worker].flatMap((one) => (one === undefined ? [] : [`"${one.thing.service.name}"`])).join(" and ")}.`,
    `  ${project}:fleets:`,
    `    ${fleet}:`,
    "      host: render",
    `      region: ${region}`,
    `      size: ${sizeOf(main) ?? USUAL_SIZE}`,
    `      services: ${worker === undefined ? "one" : "two"}`,
    `      instances: ${Math.min(scales?.min ?? numInstances, MOST_INSTANCES)}`,
    ...(scales === undefined
      ? []
      : [
          `      autoscaling: ${scalingName(cpu?.enabled === true, memory?.enabled === true)}`,
          `      maxInstances: ${scales.max}`,
          ...(cpu?.enabled === true ? [`      targetCpuPercent: ${cpu.percentage}`] : []),
          ...(memory?.enabled === true ? [`      targetMemoryPercent: ${memory.percentage}`] : []),
        ]),
    ...(credential === "" ? [] : [`      registryCredential: ${JSON.stringify(credential)}`]),
    ...(workspace === "" ? [] : [`      workspace: ${JSON.stringify(workspace)}`]),
    ...(worker === undefined
      ? [`      serviceId: ${web.thing.service.id}`]
      : [`      webServiceId: ${web.thing.service.id}`, `      workerServiceId: ${worker.thing.service.id}`]),
    "      # Kept as they are found, until this line is removed.",
    "      hold: true",
    ...(Object.keys(environment).length === 0
      ? []
      : [
          `  ${project}:environment:`,
          ...Object.entries(environment).map(([name, value]) => `    ${name}: ${JSON.stringify(value)}`),
        ]),
    "",
  ].join("\n");
}

/** Of a fleet, in its config. */
const MOST_INSTANCES = 20;

function scalingName(byCpu: boolean, byMemory: boolean): string {
  if (byCpu && byMemory) return "cpu-and-memory";
  return byMemory ? "memory" : "cpu";
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

function planName(selection: Selection): string {
  return planOf(selection) ?? USUAL_PLAN;
}
