import type { Container, Containers } from "../containers.ts";
import type { Log } from "./log.ts";
import { replicasOf, type Settings } from "./settings.ts";
import type { Variables } from "./variables.ts";

/** What runs for a deployment. */
export interface Running {
  /** Where it is routed to. */
  readonly port: number;
  answers(path: string): Promise<boolean>;
  /** How it ended, if its restart policy says that this is the end. */
  ended(): Promise<"completed" | "crashed" | undefined>;
  /** Takes over what was printed since. */
  readInto(log: Log): Promise<void>;
  /** Its signal, its drain time, then the kill. */
  stop(): Promise<void>;
}

const MB_PER_GB = 1000;
const DEFAULT_GB = 1;

/** Real processes of the worker. @throws ImageNotFound */
export async function startReplicas(
  containers: Containers,
  name: string,
  settings: Settings,
  variables: Variables,
): Promise<Running> {
  const started: Container[] = [];
  for (let replica = 0; replica < replicasOf(settings); replica++) {
    started.push(
      await containers.start({
        name,
        image: settings.image ?? "",
        environment: { ...variables, RAILWAY_REPLICA_ID: `${replica}` },
        routed: true,
        // Railway leaves no time at all, unless it is told to.
        stop: { signal: "SIGTERM", graceSeconds: settings.drainingSeconds ?? 0 },
        memoryMb: Math.round((settings.limits?.memoryGB ?? DEFAULT_GB) * MB_PER_GB),
      }),
    );
  }
  const read = started.map(() => 0);
  return {
    port: started[0]?.port ?? 0,
    answers: async (path) =>
      (await Promise.all(started.map((container) => container.answers(path)))).every(Boolean),
    async ended() {
      const ends = await Promise.all(started.map((container) => endOf(container, settings)));
      return ends.every((end) => end !== undefined) ? ends[0] : undefined;
    },
    async readInto(log) {
      for (const [index, container] of started.entries()) {
        const lines = await container.printed();
        for (const line of lines.slice(read[index])) log.add(line);
        read[index] = lines.length;
      }
    },
    stop: async () => {
      await Promise.all(started.map((container) => container.stop()));
    },
  };
}

async function endOf(
  container: Container,
  { restartPolicyType: policy, restartPolicyMaxRetries: most }: Settings,
): Promise<"completed" | "crashed" | undefined> {
  const exit = await container.lastExit();
  if (exit === undefined || policy === "ALWAYS") return undefined;
  if (exit.code === 0) return "completed";
  return policy === "NEVER" || (await container.restarts()) >= most ? "crashed" : undefined;
}
