import { missingCredentials, type Api, type Settings } from "../api/api.ts";
import { InvalidStackConfig, type StackConfig } from "../config.ts";
import type { FleetPlan } from "../host.ts";
import { homeDirectory } from "../home.ts";
import { hosts } from "../hosts.ts";
import { ImageUnavailable, resolveImage } from "../image.ts";
import { PlanRefused, planStack, type StackPlan } from "../plan.ts";
import { stores } from "../stores.ts";
import { workload } from "../workload.ts";
import { AWS, missingAwsCredentials } from "./aws-credentials.ts";
import { Failure } from "./failure.ts";
import { configIn, imageOf, standInFor } from "./file-plan.ts";
import { standInSecrets } from "./made-secrets.ts";
import type { Project, StackFile } from "./project.ts";
import { refuseLaptopState, stateLocation } from "./state.ts";

/** What becomes of a stack's file, without the engine. */
export interface StackState {
  /** Whether it would be previewed. */
  readonly fine: boolean;
  /** What would be, or the first problem. */
  readonly found: string;
  /** Titles of the APIs that it is deployed through. */
  readonly apis: readonly string[];
}

/** @param apis all that there are */
export async function stackState(
  stack: string,
  project: Project,
  apis: readonly Api[],
  settings: Settings,
): Promise<StackState> {
  let titles: readonly string[] = [];
  try {
    const file = await project.stackFile(stack);
    const config = parsed(stack, { file, project });
    titles = titlesOf(config);
    await requireKept(config);
    const plan = planStack(config, { stack, image: imageOf(config), workload });
    if (config.production) refuseLaptopState(stack, stateLocation(project.backendUrl));
    const token = [
      ...(hasCredentials(file)
        ? []
        : apis
            .filter(({ title }) => titles.includes(title))
            .flatMap((api) => missingCredentials(api, settings))),
      ...(titles.includes(AWS) ? [await missingAwsCredentials(settings)] : []),
    ].find((sentence) => sentence !== undefined);
    return token === undefined
      ? { fine: true, found: shown(plan), apis: titles }
      : { fine: false, found: token, apis: titles };
  } catch (error) {
    return { fine: false, found: firstProblem(error as Error), apis: titles };
  }
}

/** @throws InvalidStackConfig for a secret that is missing or in clear, too */
function parsed(stack: string, { file, project }: Opened): StackConfig {
  const there = (file.config?.[`${project.name}:secrets`] ?? {}) as Readonly<Record<string, unknown>>;
  const opened = Object.entries(there).map(([name, value]) => [
    name,
    isEncrypted(value) ? standInFor(name) : value,
  ]);
  // What `up` would make is not missed.
  const values = { ...standInSecrets({ file, project }), ...Object.fromEntries(opened) };
  const areEncrypted = Object.values(there).every(isEncrypted);
  return configIn(file, { stack, project: project.name }, { values, areEncrypted });
}

interface Opened {
  readonly file: StackFile;
  readonly project: Project;
}

function isEncrypted(value: unknown): boolean {
  return typeof value === "object" && value !== null && "secure" in value;
}

/** A bundle has to be there; nothing is bundled to look. */
async function requireKept({ image }: StackConfig): Promise<void> {
  if (image.kind === "bundle") await resolveImage(image, homeDirectory());
}

function titlesOf({ fleets, store }: StackConfig): readonly string[] {
  const kinds = [
    ...Object.values(fleets).map(({ host }) => hosts[host as keyof typeof hosts]),
    stores[store.kind as keyof typeof stores],
  ] as readonly { readonly api?: { readonly title: string } }[];
  return [...new Set(kinds.flatMap(({ api }) => api?.title ?? []))];
}

/** `pulumi config set --secret oxy:credentials`: only the engine can read what is there. */
function hasCredentials({ config = {} }: StackFile): boolean {
  return config["oxy:credentials"] !== undefined;
}

function shown({ fleets, store }: StackPlan): string {
  return [`store ${store.kind}`, ...fleets.map(placeOf)].join(", ");
}

function placeOf({ name, host, region, size }: FleetPlan): string {
  return `fleet ${name} on ${host}/${region} (${size})`;
}

/** A sentence. */
function firstProblem(error: Error): string {
  if (error instanceof InvalidStackConfig) return error.problems[0] ?? error.message;
  if (error instanceof PlanRefused) return error.reasons[0] ?? error.message;
  if (error instanceof Failure || error instanceof ImageUnavailable) return error.message;
  throw error;
}
