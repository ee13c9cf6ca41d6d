import manifest from "../package.json" with { type: "json" };
import { ownEnvironment } from "../home.ts";
import { Engine } from "./engine.ts";
import { listen } from "./listen.ts";
import { ResourceProviderService } from "./protocol.ts";
import type { AnyResource } from "./resource.ts";
import { Provider } from "./server.ts";

const PARENT_CHECK_MS = 1_000;
/** For the last answers; the engine does not always close its connection. */
const FAREWELL_MS = 200;

/** Serves these resources to the engine that started this process, until it ends us or is gone. */
export async function serve(resources: readonly AnyResource[], parameters: readonly string[]): Promise<void> {
  const engine = new Engine(engineAddress(parameters), log);
  const provider = new Provider({
    resources,
    version: manifest.version,
    engine,
    environment: ownEnvironment(),
    log,
  });
  const { server, port } = await listen(ResourceProviderService, provider.service());

  const stop = async () => {
    provider.cancel();
    await provider.settled();
    setTimeout(() => process.exit(0), FAREWELL_MS);
    server.tryShutdown(() => process.exit(0));
  };
  process.once("SIGTERM", stop).once("SIGINT", stop);
  whenOrphaned(stop);
  // The stack of an error may show what nobody should see.
  process.on("uncaughtException", (error) => {
    log(provider.redact(error.stack ?? error.message));
    process.exit(1);
  });
  // Nobody listens any more.
  process.stdout.on("error", stop);
  process.stderr.on("error", stop);
  process.stdout.write(`${port}\n`);
}

/** The engine's options come before its address, and those with a value have an address of their own. */
function engineAddress(parameters: readonly string[]): string | undefined {
  const last = parameters.at(-1);
  return last === undefined || last.startsWith("-") ? undefined : last;
}

/** An engine that was killed ends nobody; its children get another parent. */
function whenOrphaned(stop: () => Promise<void>): void {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    void stop();
  }, PARENT_CHECK_MS);
}

function log(line: string): void {
  process.stderr.write(`${line}\n`);
}
