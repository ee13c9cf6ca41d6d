import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect } from "vitest";
import { isWrite } from "../../emulators/call.ts";
import { Containers } from "../../emulators/containers.ts";
import type { Emulator } from "../../emulators/emulator.ts";
import type { Upcoming } from "../../emulators/faults.ts";
import { startRailway } from "../../emulators/railway/emulator.ts";
import { RedisServers } from "../../emulators/redis-servers.ts";
import { bundleDirectory } from "../../image.ts";
import { testContext } from "../context-fixture.ts";
import type { Context } from "../resource.ts";
import { railwayApi } from "./api.ts";
import { loadRailwaySchema } from "./description-fixture.ts";
import { ask, type Request } from "./graphql.ts";

const check = loadRailwaySchema();

/** An emulated Railway for each test, in a temporary folder; what it was asked for is checked against Railway's schema. */
export function useRailway() {
  let home: string;
  let emulator: Emulator;
  let containers: Containers;

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), "railway-"));
    containers = new Containers(home, join(home, "containers"));
    emulator = await startRailway({
      containers,
      redisServers: new RedisServers(join(home, "redis")),
      folder: home,
    });
  });
  afterEach(async () => {
    const problems = emulator.calls.flatMap((call) => (call.status === 0 ? [] : (check?.(call) ?? [])));
    await emulator.close();
    await rm(home, { recursive: true, force: true });
    expect(problems).toEqual([]);
  });

  const context = (signal?: AbortSignal): Context => testContext(home, emulator.environment, signal);
  return {
    home: () => home,
    emulator: () => emulator,
    containers: () => containers,
    context,
    /** Whatever somebody does by hand. */
    byHand: async <Answer>(request: Omit<Request<Answer>, "doing">): Promise<Answer> =>
      await ask(context().api(railwayApi), { ...request, doing: "do it by hand" }),
    /** Names of the mutations that it was asked for. */
    writes: (): string[] =>
      emulator.calls.filter((call) => isWrite(call)).map(({ body }) => mutationIn(body) ?? ""),
    /** An image of a registry whose one process is this program; PORT is where it is asked. */
    image: async (digit: string, program: string): Promise<string> => {
      const digest = `sha256:${digit.repeat(64)}`;
      const folder = bundleDirectory(home, digest);
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, "main.mjs"), program);
      return `ghcr.io/acme/worker@${digest}`;
    },
  };
}

/** A server that says whose it is, or another status than 200. */
export function serving(text: string, status = 200): string {
  return `import { createServer } from "node:http";
    const answer = JSON.stringify({ text: ${JSON.stringify(text)}, environment: process.env });
    createServer((_, response) => response.writeHead(${status}).end(answer)).listen(process.env.PORT, "127.0.0.1");
    console.log("serving ${text}");`;
}

/** The mutation in the body of a request, by name. */
function mutationIn(body: unknown): string | undefined {
  const { query = "" } = (body ?? {}) as { readonly query?: string };
  return /^\s*mutation (\w+)/.exec(query)?.[1];
}

export function isMutation(name: string): (call: Pick<Upcoming, "body">) => boolean {
  return ({ body }) => mutationIn(body) === name;
}
