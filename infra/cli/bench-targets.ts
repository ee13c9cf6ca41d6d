import { readFile } from "node:fs/promises";
import { basename, extname } from "node:path";
import { parse } from "yaml";
import { hostNamed } from "../hosts.ts";
import type { StackPlan } from "../plan.ts";
import { IMAGE_REFERENCE } from "../stack-config/image-reference.ts";
import { runsSources } from "./compare-targets.ts";
import { IMAGE_STAND_IN, namesSources } from "./example-plan.ts";
import { exampleNamed } from "./examples.ts";
import { EXIT, Failure } from "./failure.ts";
import { filePlan } from "./file-plan.ts";
import { isProduction, type Project, type StackFile } from "./project.ts";
import { requiredStack } from "./stack-text.ts";
import { withExample } from "./with-example.ts";

/** A stack that is made for a benchmark and taken away after it. */
export interface BenchTarget {
  readonly name: string;
  readonly stack: string;
  /** Its whole config. */
  readonly file: StackFile;
  readonly plan: StackPlan;
}

export interface BenchWish {
  readonly stack: string;
  /** Examples and files; undefined: the stack as it is. */
  readonly targets: readonly string[] | undefined;
  readonly image: string | undefined;
  /** Settings with which its workers talk to the simulator. */
  readonly environment: Readonly<Record<string, string>>;
  readonly offline: boolean;
}

/** What a benchmark takes over of a stack's config: neither its secrets nor what it may cost. */
const SECTIONS = ["image", "store", "fleets"] as const;
const ENVIRONMENT = "environment";

/**
 * The stack, and what it would be on each target: each under a name of its own, so that the stack itself is untouched.
 * @throws Failure for one that is production, or that could not be deployed or talked to
 */
export async function benchTargets(project: Project, wish: BenchWish): Promise<readonly BenchTarget[]> {
  const { stack, targets, image } = wish;
  if (image !== undefined && !IMAGE_REFERENCE.test(image))
    throw new Failure(
      `--image: expected ./folder, sha256:<digest>, registry/name@sha256:<digest> or registry/name:tag, got "${image}"`,
      EXIT.configuration,
    );
  const file = await project.stackFile(stack);
  refuseProduction(`-s: stack ${stack}`, file, project);
  const named = await Promise.all((targets ?? [undefined]).map((target) => targetFile(target, project)));
  const made = named.map(({ name = stack, file: other }) => benchTarget(name, file, other, project, wish));
  const twice = made.find((one, index) => made.findIndex(({ name }) => name === one.name) !== index);
  if (twice !== undefined)
    throw new Failure(`--targets: expected each target once, got ${twice.name} twice`, EXIT.configuration);
  return made;
}

/** What is deployed, in a phrase. */
export function whatOf({ fleets, store }: StackPlan): string {
  const each = fleets.map(({ name, host, region, size }) => `fleet ${name} on ${host}/${region} (${size})`);
  return [...each, `store ${store.kind}`].join(", ");
}

/** Whether its workers reach what listens on this machine alone. */
export function reachesLoopback({ plan: { fleets } }: BenchTarget): boolean {
  return fleets.every(({ host, region, size, share }) =>
    hostNamed(host).reaches({ host, region, size, share }).includes("loopback"),
  );
}

interface NamedFile {
  readonly name?: string;
  readonly file?: StackFile;
}

/** An example, or a file with a stack's config in it. */
async function targetFile(target: string | undefined, project: Project): Promise<NamedFile> {
  if (target === undefined) return {};
  const isFile = target.includes("/") || [".yaml", ".yml"].includes(extname(target));
  const text = isFile ? await readTarget(target) : (await exampleNamed(target)).text;
  const name = isFile ? nameOf(target) : target;
  const file = parse(withExample(undefined, text, project.name)) as StackFile;
  refuseProduction(`--targets: ${target}`, file, project);
  return { name, file };
}

async function readTarget(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new Failure(
      `--targets: expected a file with a stack's config, got ${path} (${(error as Error).message})`,
      EXIT.configuration,
    );
  }
}

/** `stacks/Pulumi.staging.yaml` is staging. */
function nameOf(path: string): string {
  return basename(path, extname(path)).replace(/^Pulumi[.]/, "");
}

function refuseProduction(what: string, file: StackFile, project: Project): void {
  if (!isProduction(file, project)) return;
  throw new Failure(
    `${what}: expected one that is not production, because a benchmark deploys it, has customers write to it who do ` +
      "not exist, and takes it away",
    EXIT.configuration,
  );
}

function benchTarget(
  name: string,
  own: StackFile,
  other: StackFile | undefined,
  project: Project,
  { stack, image, environment, offline }: BenchWish,
): BenchTarget {
  const key = (section: string): string => `${project.name}:${section}`;
  const of = (file: StackFile | undefined, section: string): unknown => file?.config?.[key(section)];
  const sections = SECTIONS.map((section) => {
    const [first, second] = section === "image" ? [own, other] : [other, own];
    return [key(section), of(first, section) ?? of(second, section)] as const;
  });
  const settings = {
    ...(of(own, ENVIRONMENT) as object | undefined),
    ...(of(other, ENVIRONMENT) as object | undefined),
    ...environment,
  };
  const config = {
    ...Object.fromEntries(sections),
    ...(image === undefined ? {} : { [key("image")]: image }),
    [key(ENVIRONMENT)]: settings,
  };
  const made = requiredStack(name === stack ? `${stack}-bench` : `${stack}-bench-${name}`);
  const file: StackFile = { config };
  // What a rehearsal runs in its place, the deployment knows.
  const standIn = offline && namesSources(file, project.name) && !runsSources(file, project);
  const plan = filePlan(file, {
    stack: made,
    project: project.name,
    image: standIn ? IMAGE_STAND_IN : undefined,
  });
  if (plan.operator.through === "nothing")
    throw new Failure(
      `--targets: expected one whose workers can be asked to link a number, got ${name}: ${plan.operator.why}`,
      EXIT.configuration,
    );
  return { name, stack: made, file, plan };
}
