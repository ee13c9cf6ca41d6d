import { randomBytes } from "node:crypto";
import { z } from "zod";
import { createOnce } from "../../api/create-once.ts";
import { NotOurs, type Context, type Observed, type Resource } from "../resource.ts";
import { railwayApi } from "./api.ts";
import { AS_DECLARED, conditionOf } from "./condition.ts";
import { deploy, stopAll } from "./deployments.ts";
import { findProject, workspaceOf, type FoundProject } from "./projects.ts";
import { REDIS_NAME, REDIS_URL_REFERENCE } from "./references.ts";
import { createService, deleteService, findService, seeService, type SeenService } from "./services.ts";
import { bringInLine, type DeclaredService } from "./settings.ts";
import { ensureProxy, type Proxy } from "./tcp-proxies.ts";
import { deleteVolume, ensureVolume } from "./volumes.ts";

/** How a stack's Redis is to run at Railway. */
export interface RedisInputs {
  readonly stack: string;
  readonly projectId: string;
  readonly environmentId: string;
  readonly placement: string;
  readonly image: string;
  readonly maxMemoryMb: number;
  readonly isOpen: boolean;
}

interface Outputs {
  readonly condition: string;
  readonly privateUrl: string;
  readonly publicUrl: string;
}

const PORT = 6379;
const PASSWORD_BYTES = 24;
const MOUNT_PATH = "/data";
/** To write what it has. */
const GRACE_SECONDS = 30;
/** It has no health check; what it takes to be started. */
const START_SECONDS = 60;

export const railwayRedis: Resource<RedisInputs, Outputs> = {
  type: "oxy:railway:Redis",
  description: "A Redis with a volume in the stack's project at Railway.",
  api: railwayApi,
  inputs: z.strictObject({
    stack: z.string().describe("The stack it belongs to."),
    projectId: z.string().describe("The project it is in."),
    environmentId: z.string().describe("The environment it is in."),
    placement: z.string().describe("The region as Railway's API has it."),
    image: z.string().describe("The Redis it runs."),
    maxMemoryMb: z.int().min(16).describe("Past it writes are refused; nothing is evicted. In MB."),
    isOpen: z.boolean().describe("Whether it is reachable from outside the project, through a TCP proxy."),
  }),
  outputs: z.object({
    condition: z.string().describe("`running`, or what is not as declared."),
    privateUrl: z.string().describe("Stands for its address in a variable of a service of the same project."),
    publicUrl: z.string().describe("Where it is reached from outside; empty when it is not."),
  }),
  secretOutputs: ["publicUrl"],
  stableOutputs: ["privateUrl"],
  replaceOn: ["stack", "projectId", "environmentId"],
  identify: ({ stack }) => stack,
  // Moving the volume is Railway's to do, and asked for in its dashboard.
  refusal: ({ placement: from }, { placement: to }) =>
    from === to
      ? undefined
      : `region: expected ${from}, where the volume of this stack's Redis is, got ${to}`,
  create: (_id, inputs, context) => converge(inputs, context),
  update: (_id, inputs, _known, context) => converge(inputs, context),
  read: observe,
  async delete(_id, { inputs }, context) {
    const api = context.api(railwayApi);
    const found = await findService(api, inputs, REDIS_NAME, inputs.stack);
    if (found === undefined) return;
    const seen = await seeService(api, inputs, found);
    requireOurs(seen, inputs.stack);
    await stopAll(found, seen, { api, context });
    if (seen.volume !== undefined) await deleteVolume(api, seen.volume, found);
    await deleteService(api, found);
  },
  drift: ({ condition }) => (condition === AS_DECLARED ? [] : ["condition"]),
};

/** As for every service; but its volume comes before its first deployment, and its password is made once. */
async function converge(inputs: RedisInputs, context: Context): Promise<Outputs> {
  const api = context.api(railwayApi);
  const { stack } = inputs;
  const found = await createOnce(
    () => findService(api, inputs, REDIS_NAME, stack),
    () => createService(api, inputs, REDIS_NAME, variablesWith(stack, newPassword())),
    context.signal,
  );
  const seen = await seeService(api, inputs, found);
  requireOurs(seen, stack);
  const volume = await ensureVolume({ ...inputs, mountPath: MOUNT_PATH }, found, seen, {
    api,
    signal: context.signal,
  });
  // Whoever took the password away by hand gets a new one.
  const password = seen.variables["REDIS_PASSWORD"] || newPassword();
  const proxy = await ensureProxy({ ...inputs, port: PORT }, found, seen, { api, signal: context.signal });
  const declared = { ...declaredBy(inputs, password), more: inForce(volume, proxy) };
  const revision = await bringInLine(api, inputs, found, seen, declared);
  await deploy(inputs, found, seen, revision, START_SECONDS, { api, context });
  return { condition: AS_DECLARED, privateUrl: REDIS_URL_REFERENCE, publicUrl: publicUrl(proxy, password) };
}

function newPassword(): string {
  return randomBytes(PASSWORD_BYTES).toString("base64url");
}

function variablesWith(stack: string, password: string): Readonly<Record<string, string>> {
  return {
    OXY_NAMESPACE: stack,
    REDIS_PASSWORD: password,
    REDIS_URL: `redis://default:\${{REDIS_PASSWORD}}@\${{RAILWAY_PRIVATE_DOMAIN}}:${PORT}`,
  };
}

function declaredBy(
  { stack, image, placement, maxMemoryMb }: RedisInputs,
  password: string,
): DeclaredService {
  const options = [
    '--requirepass "$REDIS_PASSWORD"',
    `--dir ${MOUNT_PATH}`,
    '--appendonly yes --appendfsync everysec --save ""',
    `--maxmemory ${maxMemoryMb}mb --maxmemory-policy noeviction`,
  ];
  return {
    image,
    // A start command is run without a shell, which would put the password in (docs.railway.com, 2026-08).
    startCommand: `/bin/sh -c 'exec docker-entrypoint.sh redis-server ${options.join(" ")}'`,
    placement,
    replicas: 1,
    health: null,
    graceSeconds: GRACE_SECONDS,
    overlapSeconds: 0,
    variables: variablesWith(stack, password),
  };
}

function requireOurs({ variables }: SeenService, stack: string): void {
  if (variables["OXY_NAMESPACE"] === stack) return;
  throw new NotOurs(
    `service "${REDIS_NAME}" at Railway exists and is not of stack ${stack} (its variable OXY_NAMESPACE would say so): rename or delete it`,
  );
}

/** A volume and a proxy are in force with the next deployment only: so other ones are another revision. */
function inForce(volume: string, proxy: Proxy | undefined): string {
  return proxy === undefined ? volume : `${volume} ${proxy.domain}:${proxy.port}`;
}

function publicUrl(proxy: Proxy | undefined, password: string): string {
  return proxy === undefined
    ? ""
    : `redis://default:${encodeURIComponent(password)}@${proxy.domain}:${proxy.port}`;
}

async function observe(
  stack: string,
  known: Observed<RedisInputs, Outputs> | undefined,
  context: Context,
): Promise<Observed<RedisInputs, Outputs> | undefined> {
  const api = context.api(railwayApi);
  const place: FoundProject | undefined =
    known?.inputs ?? (await findProject(api, await workspaceOf(api), stack));
  const found = place && (await findService(api, place, REDIS_NAME, stack));
  if (place === undefined || found === undefined) return undefined;
  const seen = await seeService(api, place, found);
  if (known === undefined) requireOurs(seen, stack);
  const inputs = known?.inputs ?? { stack, ...place, ...inputsIn(seen) };
  const password = seen.variables["REDIS_PASSWORD"] ?? "";
  return {
    inputs,
    outputs: {
      condition: redisCondition(seen, inputs, password),
      privateUrl: REDIS_URL_REFERENCE,
      publicUrl: publicUrl(seen.proxies[0], password),
    },
  };
}

function redisCondition(seen: SeenService, inputs: RedisInputs, password: string): string {
  if (seen.volume === undefined) return "without a volume";
  if (password === "") return "without a password";
  if (seen.proxies.length > 0 !== inputs.isOpen)
    return inputs.isOpen ? "running without a TCP proxy" : "running open to the internet";
  return conditionOf(seen, declaredBy(inputs, password));
}

/** What is imported is declared as it is found. */
function inputsIn(seen: SeenService): Omit<RedisInputs, "stack" | keyof FoundProject> {
  const [placement = ""] = Object.keys(seen.regions ?? {});
  const megabytes = /--maxmemory (\d+)mb/.exec(seen.startCommand ?? "")?.[1];
  return {
    placement,
    image: seen.source?.image ?? "",
    maxMemoryMb: Number(megabytes ?? 16),
    isOpen: seen.proxies.length > 0,
  };
}
