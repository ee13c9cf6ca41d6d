import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { EmulatedApis } from "./emulated-apis-fixture.ts";
import { StackProject } from "./stack-fixture.ts";

/** Of the worker that runs before anything is taken over. */
const OLD_DIGEST = `sha256:${"a".repeat(64)}`;

/** Settings of today's services. */
const TODAY = {
  NODE_ENV: "development",
  OPENAI_MODEL: "gpt-4o-mini",
  CRM_URL: "https://crm.example/hook/3f2a",
};

/** Nobody may see these. */
export const TODAYS_SECRETS = { OPENAI_API_KEY: "sk-key-of-production-3f2a", CRM_SECRET: "hook-secret-77c0" };

/** A Render workspace and an Upstash account as somebody made them by hand, emulated. */
export class Today {
  readonly project: StackProject;
  readonly apis: EmulatedApis;
  readonly database: string;
  readonly redisUrl: string;
  readonly web: string;
  readonly worker: string;

  private constructor(
    project: StackProject,
    apis: EmulatedApis,
    made: Pick<Today, "database" | "redisUrl" | "web" | "worker">,
  ) {
    this.project = project;
    this.apis = apis;
    this.database = made.database;
    this.redisUrl = made.redisUrl;
    this.web = made.web;
    this.worker = made.worker;
  }

  /** A web service that runs a tag's image, a worker with a disk that Render builds from git, a database that evicts. */
  static async start(): Promise<Today> {
    const project = await StackProject.create({}, undefined, { stack: "production", options: ["--offline"] });
    const apis = await EmulatedApis.start(project.home);
    const folder = join(project.home, "offline", "images", "a".repeat(64));
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, "main.mjs"), OLD_WORKER);
    const database = await make(apis, "UPSTASH", "/redis/database", {
      database_name: "whatsapp",
      platform: "aws",
      primary_region: "us-west-2",
      plan: "payg",
      eviction: true,
      tls: true,
    });
    const { database_id, endpoint, port, password } = database;
    const redisUrl = `redis://default:${password}@${endpoint}:${port}`;
    const environment = { ...TODAY, ...TODAYS_SECRETS, REDIS_URL: redisUrl };
    const envVars = Object.entries(environment).map(([key, value]) => ({ key, value }));
    const ownerId = "tea-rehearsal";
    const of = { ownerId, envVars, autoDeploy: "yes" };
    const where = { region: "oregon", plan: "starter" };
    const web = await make(apis, "RENDER", "/services", {
      ...of,
      type: "web_service",
      name: "api",
      image: { ownerId, imagePath: `ghcr.io/acme/api@${OLD_DIGEST}` },
      serviceDetails: { ...where, runtime: "image" },
    });
    const worker = await make(apis, "RENDER", "/services", {
      ...of,
      type: "background_worker",
      name: "whatsapp",
      repo: `https://github.com/acme/whatsapp#${OLD_DIGEST}`,
      serviceDetails: {
        ...where,
        runtime: "node",
        maxShutdownDelaySeconds: 10,
        disk: { name: "auth", mountPath: "/var/auth", sizeGB: 1 },
      },
    });
    const made = { database: `${database_id}`, redisUrl, web: idOf(web), worker: idOf(worker) };
    const today = new Today(project, apis, made);
    await today.#live();
    await apis.forget();
    return today;
  }

  /** What Render says of a service. */
  async service(id: string): Promise<RenderAnswer> {
    return await ask(this.apis, "RENDER", `/services/${id}`);
  }

  /** Changes a service as somebody does in the dashboard. */
  async byHand(id: string, change: object): Promise<void> {
    const init = { method: "PATCH", body: JSON.stringify(change) };
    await ask(this.apis, "RENDER", `/services/${id}`, init);
  }

  /** Names of a service's environment variables, with their values. */
  async environment(id: string): Promise<Readonly<Record<string, string>>> {
    const all = await ask(this.apis, "RENDER", `/services/${id}/env-vars?limit=100`);
    const entries = (all as unknown as { envVar: { key: string; value: string } }[]).map(
      ({ envVar }) => envVar,
    );
    return Object.fromEntries(entries.map(({ key, value }) => [key, value]));
  }

  async evicts(): Promise<unknown> {
    return (await ask(this.apis, "UPSTASH", `/redis/database/${this.database}`))["eviction"];
  }

  /** Pids of the services' processes, whoever made what runs in them. */
  async pids(): Promise<readonly number[]> {
    const running = (await this.apis.services()).filter(({ kind }) => kind === "container");
    return running.map(({ pid }) => pid ?? 0).toSorted();
  }

  async #live(): Promise<void> {
    for (const id of [this.web, this.worker]) {
      for (;;) {
        const deploys = (await ask(this.apis, "RENDER", `/services/${id}/deploys`)) as unknown as {
          deploy: { status: string };
        }[];
        const status = deploys[0]?.deploy.status;
        if (status === "live") break;
        if (status?.endsWith("failed") === true) throw new Error(`today's ${id}: ${status}`);
      }
    }
  }
}

/** Serves HTTP where it has to, and ends when it is told to. */
const OLD_WORKER = `
import { createServer } from "node:http";
createServer((_, response) => response.end("old")).listen(process.env.PORT ?? process.env.OXY_HEALTH_PORT, "127.0.0.1");
process.on("SIGTERM", () => process.exit(0));
`;

type RenderAnswer = Readonly<Record<string, unknown>>;

async function make(apis: EmulatedApis, api: string, path: string, body: object): Promise<RenderAnswer> {
  return await ask(apis, api, path, { method: "POST", body: JSON.stringify(body) });
}

async function ask(
  apis: EmulatedApis,
  api: string,
  path: string,
  init: RequestInit = {},
): Promise<RenderAnswer> {
  const {
    [`${api}_API_URL`]: url,
    [`${api}_API_KEY`]: key = "",
    UPSTASH_EMAIL: email = "",
  } = apis.environment;
  const authorization =
    api === "RENDER" ? `Bearer ${key}` : `Basic ${Buffer.from(`${email}:${key}`).toString("base64")}`;
  const headers = { authorization, "content-type": "application/json" };
  const response = await fetch(`${url}${path}`, { ...init, headers });
  if (!response.ok) throw new Error(`${api} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as RenderAnswer;
}

function idOf(made: RenderAnswer): string {
  return (made as { service: { id: string } }).service.id;
}
