import { missingCredentials, type Api, type Settings } from "../api/api.ts";
import { InvalidStackConfig, parseStackConfig, type StackConfig } from "../config.ts";
import type { FleetPlan } from "../host.ts";
import { homeDirectory } from "../home.ts";
import { hosts } from "../hosts.ts";
import { ImageUnavailable, resolveImage, type Image } from "../image.ts";
import { PlanRefused, planStack, type StackPlan } from "../plan.ts";
import { stores } from "../stores.ts";
import { workload } from "../workload.ts";
import { Failure } from "./failure.ts";
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
    const plan = planStack(config, { stack, image: await imageOf(config), workload });
    if (config.production) refuseLaptopState(stack, stateLocation(project.backendUrl));
    const [token] = hasCredentials(file)
      ? []
      : apis
          .filter(({ title }) => titles.includes(title))
          .flatMap((api) => missingCredentials(api, settings));
    return token === undefined
      ? { fine: true, found: shown(plan), apis: titles }
      : { fine: false, found: token, apis: titles };
  } catch (error) {
    return { fine: false, found: firstProblem(error as Error), apis: titles };
  }
}

/** @throws InvalidStackConfig */
function parsed(stack: string, { file, project }: Opened): StackConfig {
  const isSecret = (key: string): boolean => isEncrypted(file.config?.[key]);
  const all = Object.entries(file.config ?? {}).map(([key, value]) => [key, textOf(opened(value))] as const);
  const secrets = `${project.name}:secrets`;
  const made = { [secrets]: JSON.stringify(withStandIns(file.config?.[secrets], { file, project })) };
  return parseStackConfig({ ...Object.fromEntries(all), ...made }, project.name, {
    stack,
    hosts,
    stores,
    isSecret: (key) => isSecret(key) || (key === secrets && file.config?.[secrets] === undefined),
  });
}

interface Opened {
  readonly file: StackFile;
  readonly project: Project;
}

/** What is there, encrypted or not, and what `up` would make. */
function withStandIns(secrets: unknown, from: Opened): Readonly<Record<string, unknown>> {
  const there = opened(secrets);
  const made = standInSecrets({ ...from, file: { config: {} } });
  const standing = Object.entries((there ?? {}) as object).map(([name, value]) => [
    name,
    value === ENCRYPTED ? (made[name] ?? ENCRYPTED) : (value as unknown),
  ]);
  return { ...standInSecrets(from), ...Object.fromEntries(standing) };
}

const ENCRYPTED = "encrypted";

/** A value with what is encrypted in it as some text: what it is, nobody needs to know. */
function opened(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if ("secure" in value) return ENCRYPTED;
  if (Array.isArray(value)) return value.map(opened);
  return Object.fromEntries(Object.entries(value).map(([key, inside]) => [key, opened(inside)]));
}

function isEncrypted(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return "secure" in value || Object.values(value).some(isEncrypted);
}

/** As Pulumi gives it to a program. */
function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  return value === undefined || value === null ? "" : JSON.stringify(value);
}

/** Nothing is bundled to look. */
async function imageOf({ image }: StackConfig): Promise<Image> {
  if (image.kind === "source") return { kind: "bundle", reference: `sha256:${"0".repeat(64)}` };
  return await resolveImage(image, homeDirectory());
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
