import { spawn } from "node:child_process";
import type { Container } from "../../containers.ts";
import type { ContainerDefinition } from "./task-definition.ts";

/** Where the image has Node; it has nothing else that could be run, and no shell. */
const NODE = "/usr/local/bin/node";
const FAILED = 1;

/** Runs the command of a health check as it would run within the container. @returns whether it is healthy */
export async function probe(
  container: Container,
  { healthCheck, portMappings }: Pick<ContainerDefinition, "healthCheck" | "portMappings">,
  signal: AbortSignal,
): Promise<boolean> {
  const [form, command, ...args] = healthCheck?.command ?? [];
  if (form !== "CMD" || command !== NODE) return false;
  const ports = portMappings.map(({ containerPort }) => containerPort);
  const child = spawn(
    process.execPath,
    args.map((text) => here(text, ports, container.port)),
    {
      env: container.spec.environment,
      stdio: "ignore",
      timeout: (healthCheck?.timeout ?? 5) * 1_000,
      killSignal: "SIGKILL",
      signal,
    },
  );
  const { promise, resolve } = Promise.withResolvers<number | null>();
  // It was told to end, or could not begin.
  child.once("error", () => resolve(FAILED)).once("exit", resolve);
  return (await promise) === 0;
}

/** Each container has all ports for itself there; here it serves at one of its own. */
function here(text: string, ports: readonly number[], port: number): string {
  return ports.reduce(
    (changed, known) => changed.replaceAll(`127.0.0.1:${known}`, `127.0.0.1:${port}`),
    text,
  );
}
