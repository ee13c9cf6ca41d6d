import type { Container } from "../containers.ts";
import type { HttpCheck, MachineConfig } from "./machine-config.ts";

/** Where the worker serves when nobody tells it. */
const DEFAULT_HEALTH_PORT = 3_001;

/**
 * The health checks of a machine and those of its services, run when somebody asks.
 * @param container while the machine is started
 * @param environment of its process
 */
export async function runChecks(
  { checks = {}, services = [] }: MachineConfig,
  container: Container | undefined,
  environment: Readonly<Record<string, string>>,
): Promise<object[]> {
  const ofServices = services.flatMap(({ internal_port: port, checks: own = [] }, index) =>
    own.map((check): [string, HttpCheck] => [
      `servicecheck-${String(index).padStart(2, "0")}-http-${port}`,
      check,
    ]),
  );
  const all = [...Object.entries(checks), ...ofServices];
  return await Promise.all(
    all.map(async ([name, check]) => {
      const { status, output } = await outcomeOf(check, container, environment);
      return { name, status, output, updated_at: new Date().toISOString() };
    }),
  );
}

async function outcomeOf(
  { port, path }: HttpCheck,
  container: Container | undefined,
  { PORT, OXY_HEALTH_PORT }: Readonly<Record<string, string>>,
): Promise<{ readonly status: string; readonly output: string }> {
  if (container === undefined) return { status: "warning", output: "the machine hasn't started" };
  // Its process listens at a port of this machine; in a machine of its own it would at this one.
  if (port !== Number(PORT ?? OXY_HEALTH_PORT ?? DEFAULT_HEALTH_PORT))
    return { status: "critical", output: `dial tcp: connect to port ${port}: refused` };
  return (await container.answers(path))
    ? { status: "passing", output: "200 OK" }
    : { status: "critical", output: `GET :${port}${path}: not 200` };
}
