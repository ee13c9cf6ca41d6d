import engineServices from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import type { LogRequest } from "@pulumi/pulumi/proto/engine_pb.js";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect } from "vitest";
import { TestEngine, type Wire } from "./client-fixture.ts";
import { Engine } from "./engine.ts";
import { listen } from "./listen.ts";
import { Empty, ResourceProviderService } from "./protocol.ts";
import type { AnyResource } from "./resource.ts";
import { Provider } from "./server.ts";

/** For each test: a configured provider with an empty home, and the engine that it serves. */
export function useProvider(resources: readonly AnyResource[]) {
  let home: string;
  let running: Awaited<ReturnType<typeof startProvider>>;
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), "provider-"));
    running = await startProvider(resources);
    await running.engine.configure({ home });
  });
  afterEach(async () => {
    running.stop();
    await rm(home, { recursive: true });
  });

  /** Checks and creates; answers what the engine would record. */
  async function create(given: Wire): Promise<{ id: string; inputs: Wire; state: Wire }> {
    const { inputs, failures } = await running.engine.check(given);
    expect(failures).toEqual([]);
    return { ...(await running.engine.create(inputs)), inputs };
  }

  return {
    engine: () => running.engine,
    home: () => home,
    shown: () => running.shown,
    logged: () => running.logged,
    create,
  };
}

/** A provider in this process, and an engine that listens to it. */
export async function startProvider(resources: readonly AnyResource[]) {
  const shown: LogRequest.AsObject[] = [];
  const logged: string[] = [];
  const log = (line: string) => void logged.push(line);
  const engineServer = await listen(engineServices.EngineService, {
    log: (call: { request: LogRequest }, callback: (error: null, response: unknown) => void) => {
      shown.push(call.request.toObject());
      callback(null, new Empty());
    },
  });
  const messagesToEngine = new Engine(addressOf(engineServer), log);
  const provider = new Provider({
    resources,
    version: "1.2.3",
    engine: messagesToEngine,
    environment: {},
    log,
  });
  const providerServer = await listen(ResourceProviderService, provider.service());
  const engine = new TestEngine(addressOf(providerServer));
  const stop = () => {
    engine.close();
    messagesToEngine.close();
    providerServer.server.forceShutdown();
    engineServer.server.forceShutdown();
  };
  return { engine, shown, logged, stop };
}

function addressOf({ port }: { readonly port: number }): string {
  return `127.0.0.1:${port}`;
}
