import { findEmulators } from "../emulators/running.ts";
import { projectHome } from "../home.ts";
import { hosts } from "../hosts.ts";
import { offlineEnvironment } from "../offline.ts";
import { apis } from "../provider/apis.ts";
import { stores } from "../stores.ts";
import { EXIT, Failure } from "./failure.ts";
import type { Project, StackFile } from "./project.ts";

interface Opened {
  readonly file: StackFile;
  readonly project: Project;
}

/**
 * From here on this process, and whatever it starts, deploys to nothing real.
 * @returns what to tell about it
 * @throws Failure when nothing emulates what the stack is on
 */
export async function rehearse(stack: string, opened: Opened): Promise<string> {
  const emulators = await findEmulators(projectHome());
  const emulated = Object.values(emulators?.apis ?? {}).map(({ title }) => title);
  const needed = titlesIn(opened);
  const missing = needed.filter((title) => !emulated.includes(title));
  if (missing.length > 0) {
    const got = emulators === undefined ? "none" : `only ${emulated.join(", ") || "a desk"}`;
    throw new Failure(
      `--offline: expected running emulators of ${missing.join(" and ")}, which stack ${stack} is on, got ${got}: ` +
        "start them with npm run emulators, in another terminal",
      EXIT.configuration,
    );
  }
  Object.assign(process.env, offlineEnvironment(apis, emulators));
  const where = needed.length === 0 ? "" : ` with ${needed.join(" and ")} emulated (desk ${emulators?.desk})`;
  return `offline: a rehearsal of stack ${stack}${where}`;
}

/** APIs that the stack's file names hosts and stores of; whatever else it says, the deployment judges. */
function titlesIn({ file: { config = {} }, project }: Opened): string[] {
  const fleets = Object.values((config[`${project.name}:fleets`] ?? {}) as Readonly<Record<string, unknown>>);
  const store = config[`${project.name}:store`];
  const named = [
    ...fleets.map((fleet) => (hosts as Kinds)[textOf(fleet, "host")]),
    (stores as Kinds)[typeof store === "string" ? store : textOf(store, "kind")],
  ];
  return [...new Set(named.flatMap((kind) => kind?.api?.title ?? []))];
}

type Kinds = Readonly<Record<string, { readonly api?: { readonly title: string } }>>;

function textOf(fields: unknown, name: string): string {
  return String((fields as Readonly<Record<string, unknown>> | null | undefined)?.[name]);
}
