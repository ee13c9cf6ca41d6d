import { resolve } from "node:path";
import { Command } from "commander";
import { parse } from "yaml";
import type { Advice } from "../adopt/advice.ts";
import { describedDatabase, describedService, servicesFound, type FoundService } from "../adopt/found.ts";
import { adviceLines, inventoryLines, selectionLines } from "../adopt/listing.ts";
import { servicesOf, type Chosen, type Selection } from "../adopt/selection.ts";
import { adoptedStack } from "../adopt/stack-text.ts";
import { sortSettings, workerSettings, type SortedSettings } from "../adopt/worker-settings.ts";
import { adviceFor } from "../adopt/unwise.ts";
import { missingVariables } from "../api/api.ts";
import { ApiClient } from "../api/client.ts";
import { FLEET_NAME } from "../config.ts";
import { isOffline, projectDirectory } from "../home.ts";
import { renderApi } from "../provider/render/api.ts";
import { workspaceId } from "../provider/render/workspace.ts";
import { upstash } from "../provider/upstash/api.ts";
import { Databases, type Database } from "../provider/upstash/databases.ts";
import { selected } from "./adopt-selection.ts";
import { takeIntoState } from "./adopt-state.ts";
import { confirm } from "./deploying.ts";
import { EXIT, Failure } from "./failure.ts";
import { openProject, type Project, type StackFile } from "./project.ts";
import { rehearse } from "./rehearse.ts";
import { reportFor, type Report } from "./report.ts";
import { withConfirmation, type StackOptions } from "./stack-options.ts";
import { requiredStack, StackText } from "./stack-text.ts";
import { withExample } from "./with-example.ts";

interface AdoptOptions extends StackOptions {
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly web?: string;
  readonly worker?: string;
  readonly database?: string;
  readonly workspace?: string;
  readonly fleet: string;
}

export function adoptCommand(): Command {
  const render = new Command("render")
    .description("Take over the services that run at Render today, and their Redis at Upstash.")
    .option("--web <id>", "the web service, srv-…")
    .option("--worker <id>", "the background worker, srv-…; none: the web service does everything")
    .option("--database <id>", "the database at Upstash")
    .option("--workspace <id>", "id or name of the workspace (default: the only one)")
    .option("--fleet <name>", "what the fleet is called", "main")
    .option("-n, --dry-run", "list what there is and show what would be written; write nothing, anywhere")
    .addHelpText(
      "after",
      `
Lists what there is, writes the stack's config that matches, and takes the services and the database into the state.
Nothing is changed at Render or Upstash, as long as the config says hold: docs/adopting-render.md has the whole way.
Of environment variables only names are shown.

Examples:
  $ npx oxy adopt render -s production --dry-run
  $ npx oxy adopt render -s production --web srv-… --worker srv-…`,
    )
    .action(adopt);
  return new Command("adopt")
    .description("Take over what runs today, without changing anything.")
    .addCommand(withConfirmation(render));
}

async function adopt(options: AdoptOptions): Promise<void> {
  const report = reportFor(options);
  const project = await openProject(resolve(options.cwd ?? projectDirectory));
  const stack = requiredStack(options.stack);
  if (!FLEET_NAME.test(options.fleet))
    throw new Failure(
      `--fleet: expected a name of a-z, 0-9 and '-' that starts with a letter, at most 30, got ${options.fleet}`,
      EXIT.configuration,
    );
  if (options.offline === true || isOffline())
    report.say(await rehearse(stack, { file: onRender(project), project }));

  const { services, databases } = await inventory(options);
  const shownDatabases = databases?.map((database) => describedDatabase(database, services));
  report.say(inventoryLines(services, shownDatabases).join("\n"));
  const selection = await selected(services, databases, options);
  report.say(["", "taken over are:", ...selectionLines(selection)].join("\n"));

  const text = await StackText.read(project, stack);
  const before = configIn(text.before, project);
  const { settings, isOurs } = await settingsOf(selection);
  const after = stackAfter(text, { selection, settings, isOurs, before, options, project });
  const advice = adviceFor({ stack, selection, settings, isOurs });
  const secrets = Object.keys(settings.secrets).filter((name) => before.secrets[name] === undefined);
  const result = {
    kind: "result",
    stack,
    path: text.path,
    services: services.map(describedService),
    databases: shownDatabases ?? null,
    selection: describedSelection(selection),
    secrets,
    advice,
  };
  sayDifference(report, text, after, secrets);
  if (options.dryRun === true) {
    report.say(["", ...adviceWords(advice)].join("\n"));
    report.result({ ...result, written: false, after }, "\nnothing was written: --dry-run");
    return;
  }
  const written = after !== text.before;
  if (options.yes !== true && (written || secrets.length > 0)) await confirm(`Write ${text.shown}?`);
  if (written) await text.write(after);
  const kept = Object.fromEntries(secrets.map((name) => [name, settings.secrets[name] ?? ""]));
  const changes = await takeIntoState({ ...options, stack }, kept, report);
  report.result(
    { ...result, written, changes },
    [
      "",
      `stack ${stack} has what runs today, and a preview of it changes nothing`,
      "",
      ...adviceWords(advice),
      "",
      `  Next: docs/adopting-render.md; without hold, npx oxy preview -s ${stack} shows what taking over would change`,
    ].join("\n"),
  );
}

/** What a rehearsal of it needs emulated, as a stack's file would say it. */
function onRender({ name }: Project): StackFile {
  return { config: { [`${name}:store`]: "upstash", [`${name}:fleets`]: { main: { host: "render" } } } };
}

interface Inventory {
  readonly services: readonly FoundService[];
  /** Undefined without credentials of Upstash. */
  readonly databases: readonly Database[] | undefined;
}

async function inventory({ workspace = "" }: AdoptOptions): Promise<Inventory> {
  const render = new ApiClient(renderApi, process.env);
  const services = await servicesFound(render, await workspaceId(render, workspace));
  const isUpstashOpen = missingVariables(upstash, process.env).length === 0;
  return {
    services,
    databases: isUpstashOpen ? await new Databases(new ApiClient(upstash, process.env)).all() : undefined,
  };
}

/** What a stack's file says already. */
interface ConfigBefore {
  readonly image: string | undefined;
  readonly environment: Readonly<Record<string, string>>;
  /** Encrypted. */
  readonly secrets: Readonly<Record<string, unknown>>;
}

function configIn(text: string | undefined, { name }: Project): ConfigBefore {
  const { config = {} } = ((text === undefined ? undefined : parse(text)) ?? {}) as StackFile;
  const { image, environment, secrets } = Object.fromEntries(
    ["image", "environment", "secrets"].map((key) => [key, config[`${name}:${key}`]]),
  );
  return {
    image: typeof image === "string" ? image : undefined,
    environment: (environment ?? {}) as ConfigBefore["environment"],
    secrets: (secrets ?? {}) as ConfigBefore["secrets"],
  };
}

async function settingsOf(selection: Selection) {
  const environments = servicesOf(selection).map(({ environment }) => environment);
  return {
    settings: sortSettings(environments, await workerSettings()),
    // No other program has them.
    isOurs: environments.some((environment) => environment["OXY_ENCRYPTION_KEYS"] !== undefined),
  };
}

interface StackAfter {
  readonly selection: Selection;
  readonly settings: SortedSettings;
  readonly isOurs: boolean;
  readonly before: ConfigBefore;
  readonly options: AdoptOptions;
  readonly project: Project;
}

function stackAfter({ before: text }: StackText, parts: StackAfter): string {
  const { selection, settings, isOurs, before, options, project } = parts;
  const running = (selection.worker ?? selection.web).thing.image;
  const image = isOurs ? running : undefined;
  const example = adoptedStack(selection, {
    project: project.name,
    fleet: options.fleet,
    workspace: options.workspace ?? "",
    image: image ?? before.image ?? "./worker",
    environment: { ...before.environment, ...settings.plain },
  });
  return withExample(
    text,
    example,
    project.name,
    new Set(["secrets", ...(image === undefined ? ["image"] : [])]),
  );
}

function sayDifference(report: Report, text: StackText, after: string, secrets: readonly string[]): void {
  const isSame = after === text.before;
  report.say(`\n${isSame ? `${text.shown} says so already` : text.differenceTo(after)}`);
  if (secrets.length > 0)
    report.say(`and encrypted, with the values that the services have: ${secrets.join(", ")}`);
}

function adviceWords(advice: readonly Advice[]): string[] {
  return ["what is unwise about what runs today:", ...adviceLines(advice)];
}

function describedSelection({ web, worker, database }: Selection) {
  const ofService = ({ thing: { service }, guess }: Chosen<FoundService>) => ({
    id: service.id,
    name: service.name,
    ...(guess === undefined ? {} : { guess }),
  });
  const { thing, guess } = database;
  return {
    web: ofService(web),
    ...(worker === undefined ? {} : { worker: ofService(worker) }),
    database: {
      id: thing.database_id,
      name: thing.database_name,
      ...(guess === undefined ? {} : { guess }),
    },
  };
}
