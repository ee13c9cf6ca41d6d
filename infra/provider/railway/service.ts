import { z } from "zod";
import { createOnce } from "../../api/create-once.ts";
import { markIn, requireMark } from "../mark.ts";
import { remoteName } from "../remote-name.ts";
import type { Context, Observed, Resource } from "../resource.ts";
import { railwayApi } from "./api.ts";
import { AS_DECLARED, conditionOf } from "./condition.ts";
import { deploy, stopAll } from "./deployments.ts";
import { ensureDomain, urlOf } from "./domains.ts";
import { findProject, workspaceOf, type FoundProject } from "./projects.ts";
import { isOnlyReference, REDIS_URL_REFERENCE } from "./references.ts";
import {
  createService,
  deleteService,
  findService,
  LONGEST_NAME,
  ownVariables,
  seeService,
  type FoundService,
  type SeenService,
} from "./services.ts";
import { bringInLine, type DeclaredService } from "./settings.ts";

/** How a process of the image is to run at Railway. */
export interface ServiceInputs {
  readonly stack: string;
  readonly fleet: string;
  readonly name: string;
  readonly region: string;
  readonly projectId: string;
  readonly environmentId: string;
  readonly image: string;
  readonly registryUsername?: string | undefined;
  readonly registryPassword?: string | undefined;
  readonly environment: Readonly<Record<string, string>>;
  readonly placement: string;
  readonly replicas: number;
  readonly memoryGb: number;
  readonly vcpus: number;
  readonly graceSeconds: number;
  readonly overlapSeconds: number;
  readonly readyPath: string;
  readonly startSeconds: number;
  readonly port: number;
  readonly isPublic: boolean;
}

interface Outputs {
  readonly condition: string;
  readonly urls: Readonly<Record<string, string>>;
}

const WITHOUT_DOMAIN = "running without a domain";

export const railwayService: Resource<ServiceInputs, Outputs> = {
  type: "oxy:railway:Service",
  description: "A service of the worker image in the stack's project at Railway.",
  api: railwayApi,
  inputs: z.strictObject({
    stack: z.string().describe("The stack it belongs to."),
    fleet: z.string().describe("The fleet it belongs to."),
    name: z.string().describe("The name of the process in the fleet."),
    region: z
      .string()
      .describe("Where it runs, by the region's common name; another one is another service."),
    projectId: z.string().describe("The project it is in."),
    environmentId: z.string().describe("The environment it is in."),
    image: z.string().describe("The image it runs, by digest."),
    registryUsername: z.string().optional().describe("With which the image is pulled, if it is not public."),
    registryPassword: z
      .string()
      .optional()
      .describe("The password that goes with it.")
      .meta({ secret: true }),
    environment: z
      .record(
        z.string(),
        z
          .string()
          .refine(isOnlyReference, `text without \${{, which Railway would put something else in place of`),
      )
      .describe(`Its settings; one may be ${REDIS_URL_REFERENCE}.`),
    placement: z.string().describe("The region as Railway's API has it."),
    replicas: z.int().min(1).describe("How many of it run."),
    memoryGb: z.number().positive().describe("The most memory of each replica, in GB (10⁹ bytes)."),
    vcpus: z.number().positive().describe("The most vCPUs of each replica."),
    graceSeconds: z.int().min(0).describe("From the stop signal to the kill, in s."),
    overlapSeconds: z
      .int()
      .min(0)
      .describe("How long the ones before go on once the new ones are ready, in s."),
    readyPath: z.string().describe("Answers 200 once it takes work."),
    startSeconds: z.int().min(1).describe("How long it may take until then, in s."),
    port: z.int().min(1).max(65_535).describe("Where it serves HTTP."),
    isPublic: z.boolean().describe("Whether it has a domain."),
  }),
  outputs: z.object({
    condition: z.string().describe("`running`, or what is not as declared."),
    urls: z.record(z.string(), z.string()).describe("Where it serves, by purpose."),
  }),
  replaceOn: ["stack", "fleet", "name", "region", "projectId", "environmentId"],
  identify: ({ stack, fleet, name, region }) => `${stack}/${fleet}/${name}@${region}`,
  create: (_id, inputs, context) => converge(inputs, context),
  update: (_id, inputs, _known, context) => converge(inputs, context),
  read: observe,
  async delete(_id, { inputs }, context) {
    const api = context.api(railwayApi);
    const found = await findService(api, inputs, serviceName(inputs), inputs.stack);
    if (found === undefined) return;
    const seen = await seeService(api, inputs, found);
    requireOurs(found, seen, inputs);
    await stopAll(found, seen, { api, context });
    await deleteService(api, found);
  },
  drift: ({ condition }) => (condition === AS_DECLARED ? [] : ["condition"]),
};

/** Of a process in a region. */
export function serviceName({
  fleet,
  name,
  region,
}: Pick<ServiceInputs, "fleet" | "name" | "region">): string {
  return remoteName([fleet, name, region], LONGEST_NAME);
}

/**
 * There is one such service, its settings are as declared, and what runs was deployed with them. What is so already is
 * not written again, wherever an attempt before this one ended.
 */
async function converge(inputs: ServiceInputs, context: Context): Promise<Outputs> {
  const api = context.api(railwayApi);
  const name = serviceName(inputs);
  const { stack, fleet } = inputs;
  const found = await createOnce(
    () => findService(api, inputs, name, stack),
    () => createService(api, inputs, name, { OXY_NAMESPACE: stack, OXY_FLEET: fleet }),
    context.signal,
  );
  const seen = await seeService(api, inputs, found);
  requireOurs(found, seen, inputs);
  const revision = await bringInLine(api, inputs, found, seen, declaredBy(inputs));
  const urls = inputs.isPublic
    ? { http: urlOf(await ensureDomain(api, inputs, found, seen, inputs.port, context.signal)) }
    : {};
  await deploy(inputs, found, seen, revision, inputs.startSeconds, { api, context });
  return { condition: AS_DECLARED, urls };
}

function declaredBy(inputs: ServiceInputs): DeclaredService {
  const { registryUsername: username, registryPassword: password } = inputs;
  return {
    image: inputs.image,
    startCommand: null,
    placement: inputs.placement,
    replicas: inputs.replicas,
    limits: { memoryGb: inputs.memoryGb, vcpus: inputs.vcpus },
    ...(username === undefined || password === undefined ? {} : { registry: { username, password } }),
    health: { path: inputs.readyPath, seconds: inputs.startSeconds },
    graceSeconds: inputs.graceSeconds,
    overlapSeconds: inputs.overlapSeconds,
    variables: inputs.environment,
  };
}

function requireOurs({ name }: FoundService, { variables }: SeenService, inputs: ServiceInputs): void {
  requireMark(`service "${name}" at Railway`, markIn(variables), inputs);
}

async function observe(
  id: string,
  known: Observed<ServiceInputs, Outputs> | undefined,
  context: Context,
): Promise<Observed<ServiceInputs, Outputs> | undefined> {
  const api = context.api(railwayApi);
  const [, stack = "", fleet = "", name = "", region = ""] =
    /^([^/]*)\/([^/]*)\/([^@]*)@(.*)$/.exec(id) ?? [];
  const place: FoundProject | undefined =
    known?.inputs ?? (await findProject(api, await workspaceOf(api), stack));
  const found = place && (await findService(api, place, serviceName({ fleet, name, region }), stack));
  if (place === undefined || found === undefined) return undefined;
  const seen = await seeService(api, place, found);
  const inputs = known?.inputs ?? { stack, fleet, name, region, ...place, ...inputsIn(seen) };
  if (known === undefined) requireOurs(found, seen, inputs);
  const [domain] = seen.domains;
  const condition = conditionOf(seen, declaredBy(inputs));
  return {
    inputs,
    outputs: {
      condition:
        condition === AS_DECLARED && inputs.isPublic && domain === undefined ? WITHOUT_DOMAIN : condition,
      urls: inputs.isPublic && domain !== undefined ? { http: urlOf(domain) } : {},
    },
  };
}

/** What is imported is declared as it is found. */
function inputsIn(
  seen: SeenService,
): Omit<ServiceInputs, "stack" | "fleet" | "name" | "region" | keyof FoundProject> {
  const [[placement, replicas] = ["", 1]] = Object.entries(seen.regions ?? {});
  const environment = ownVariables(seen.variables, {});
  return {
    image: seen.source?.image ?? "",
    environment,
    placement,
    replicas,
    memoryGb: seen.limits?.memoryGb ?? 1,
    vcpus: seen.limits?.vcpus ?? 1,
    graceSeconds: seen.drainingSeconds ?? 0,
    overlapSeconds: seen.overlapSeconds ?? 0,
    readyPath: seen.healthcheckPath ?? "",
    startSeconds: seen.healthcheckTimeout ?? 300,
    port: Number(environment["PORT"] ?? 8080),
    isPublic: seen.domains.length > 0,
  };
}
