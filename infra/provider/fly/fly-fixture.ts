import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach } from "vitest";
import { Containers } from "../../emulators/containers.ts";
import type { Emulator } from "../../emulators/emulator.ts";
import { startFlyWith, type FlyOptions } from "../../emulators/fly/emulator.ts";
import { isWrite } from "../../emulators/call.ts";
import { RedisServers } from "../../emulators/redis-servers.ts";
import { bundleDirectory } from "../../image.ts";
import { testMachine, type TestMachine } from "../../supervisor/machine-fixture.ts";
import { testContext } from "../context-fixture.ts";
import type { Context } from "../resource.ts";
import { flyApp } from "./app.ts";
import { appNameOf } from "./app-place.ts";
import type { MachinesInputs } from "./machines-inputs.ts";

type AppInputs = Parameters<typeof flyApp.create>[1];

export const PLACE = { stack: "stack", fleet: "main", organization: "acme", region: "gru" };
export const APP = appNameOf(PLACE);

/** Programs of a bundle, by what becomes of them; each serves its letter. */
const PROGRAMS = {
  ready: (letter: string) => serving(200, letter),
  "never ready": (letter: string) => serving(503, letter),
  dying: (letter: string) => `console.log("cannot go on as ${letter}"); process.exit(3);`,
  /** Only on the signal that Fly is told to send. */
  draining: (letter: string) =>
    `${serving(200, letter)} process.on("SIGTERM", () => { console.log("drained ${letter}"); process.exit(0); });`,
} as const;

function serving(status: number, letter: string): string {
  return `import { createServer } from "node:http";
    console.log("started ${letter}", process.env.TOKEN ?? "without a token");
    createServer((_, response) => response.writeHead(${status}).end("${letter}"))
      .listen(process.env.PORT ?? process.env.OXY_HEALTH_PORT, "127.0.0.1");`;
}

/** An emulated Fly for each test, and what it takes to have machines there. */
export function useFly(options: FlyOptions = {}) {
  const machine = testMachine();
  let emulator: Emulator;
  let containers: Containers;
  beforeEach(async () => {
    const { home } = machine();
    containers = new Containers(home, join(home, "containers"));
    emulator = await startFlyWith(
      { containers, redisServers: new RedisServers(join(home, "redis")), folder: home },
      options,
    );
  });
  afterEach(() => emulator.close());
  return {
    emulator: () => emulator,
    context: (signal?: AbortSignal): Context => testContext(machine().home, emulator.environment, signal),
    /** Calls that may have changed something, as `METHOD path`. */
    writes: (): string[] => emulator.calls.filter(isWrite).map(({ method, path }) => `${method} ${path}`),
    /** What answers now, by the letters of their bundles. */
    answering: async (): Promise<string[]> => {
      const asked = containers.running.map(async ({ port }) => {
        const response = await fetch(`http://127.0.0.1:${port}/`);
        return await response.text();
      });
      return (await Promise.all(asked)).toSorted();
    },
    containers: () => containers,
    image: (letter: string, becomes: keyof typeof PROGRAMS) => keepBundle(machine(), letter, becomes),
    /** As somebody with the token would by hand. */
    ask: async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
      const response = await fetch(`${emulator.url}${path}`, {
        method,
        headers: {
          ...emulator.api.headers(emulator.credentials),
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, body: text === "" ? undefined : (JSON.parse(text) as unknown) };
    },
  };
}

export type TestFly = ReturnType<typeof useFly>;

async function keepBundle(
  { home }: TestMachine,
  letter: string,
  becomes: keyof typeof PROGRAMS,
): Promise<string> {
  const digest = `sha256:${letter.repeat(64)}`;
  const folder = bundleDirectory(home, digest);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "main.mjs"), PROGRAMS[becomes](letter));
  return `registry.example/acme/worker@${digest}`;
}

export function appInputs(more: Partial<AppInputs> = {}): AppInputs {
  return { ...PLACE, secrets: { TOKEN: "token-of-the-test" }, isPublic: false, ...more };
}

export function machinesOf(image: string, more: Partial<MachinesInputs> = {}): MachinesInputs {
  return {
    ...PLACE,
    name: "all",
    machines: 1,
    image,
    environment: { OXY_HEALTH_PORT: "3001", OXY_NAMESPACE: "stack", OXY_FLEET: "main" },
    secrets: {},
    secretsVersion: 0,
    guest: { cpuKind: "shared", cpus: 1, memoryMb: 512 },
    volumeGb: 0,
    volumePath: "/data",
    port: 3_001,
    readyPath: "/health/ready",
    startSeconds: 20,
    graceSeconds: 10,
    isPublic: false,
    ...more,
  };
}

/** Machines in the app of {@link PLACE}, as the API lists them. */
export async function listed(fly: TestFly): Promise<readonly Listed[]> {
  const { body } = await fly.ask("GET", `/apps/${APP}/machines`);
  return (body as Listed[]).filter(({ state }) => state !== "destroying");
}

/** Volumes in the app of {@link PLACE} that nobody deleted, as the API lists them. */
export async function volumesListed(fly: TestFly): Promise<readonly ListedVolume[]> {
  const { body } = await fly.ask("GET", `/apps/${APP}/volumes`);
  return (body as ListedVolume[]).filter(({ state }) => !state.endsWith("_destroy"));
}

interface ListedVolume {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly region: string;
  readonly size_gb: number;
  readonly attached_machine_id: string | null;
}

interface Listed {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly config: {
    readonly image: string;
    readonly metadata: Readonly<Record<string, string>>;
    readonly mounts?: readonly object[];
  };
}
