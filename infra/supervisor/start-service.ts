import { spawn, type ChildProcess } from "node:child_process";
import { chmod, mkdir, open } from "node:fs/promises";
import { constants } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Order, Report } from "./order.ts";
import type { ServiceRecord } from "./record.ts";
import type { ServiceSpec } from "./service.ts";
import { SUPERVISION, type Supervision } from "./supervision.ts";

const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));

/** Something of an earlier start is alive in the directory. */
export class ServiceAlreadyRuns extends Error {
  override readonly name = "ServiceAlreadyRuns";
}

/** The service was not started; the message says why. */
export class ServiceNotStarted extends Error {
  override readonly name = "ServiceNotStarted";
}

export interface RunningService {
  /** Absolute. All that is needed to inspect, stop and remove it. */
  readonly directory: string;
  readonly record: ServiceRecord;
}

/**
 * Starts a service that outlives this process, and resolves when it runs for the first time. Whether it does what
 * it is for is not known then: it may end at once, and be started again, as `inspectService` tells.
 * @param directory for this service alone; created
 * @param options.signal when it aborts before the service runs, the service is asked to stop and not waited for
 * @throws ServiceAlreadyRuns, ServiceNotStarted, the signal's reason
 */
export async function startService(
  directory: string,
  spec: ServiceSpec,
  options: { readonly signal?: AbortSignal; readonly supervision?: Partial<Supervision> } = {},
): Promise<RunningService> {
  const path = resolve(directory);
  const order: Order = { spec, supervision: { ...SUPERVISION, ...options.supervision } };
  options.signal?.throwIfAborted();
  if (!(spec.stop.signal in constants.signals)) {
    throw new ServiceNotStarted(`${path}: the system has no signal ${spec.stop.signal} to stop it with`);
  }
  await mkdir(path, { recursive: true, mode: 0o700 });
  await chmod(path, 0o700);
  const report = await answerOf(await spawnSupervisor(path, order), options.signal);
  switch (report?.kind) {
    case "running":
      return { directory: path, record: report.record };
    case "taken":
      throw new ServiceAlreadyRuns(`${path}: ${report.reason}`);
    case "failed":
      throw new ServiceNotStarted(`${path}: ${report.reason}`);
    case undefined:
      throw new ServiceNotStarted(
        `${path}: the supervisor ended before the service ran (see supervisor.log)`,
      );
  }
}

async function spawnSupervisor(directory: string, order: Order): Promise<ChildProcess> {
  const log = await open(join(directory, "supervisor.log"), "a", 0o600);
  try {
    const supervisor = spawn(process.execPath, [MAIN, directory], {
      // A session of its own: it outlives a signal to the group of its starter.
      detached: true,
      // Nothing of its starter's: neither secrets nor a directory that would be in use.
      env: {},
      cwd: "/",
      stdio: ["pipe", log.fd, log.fd, "ipc"],
    });
    // It may be gone before it read its order; then it does not answer either.
    supervisor.stdin?.on("error", () => {});
    supervisor.stdin?.end(JSON.stringify(order));
    return supervisor;
  } finally {
    await log.close();
  }
}

/** @returns undefined when it ended without one */
async function answerOf(supervisor: ChildProcess, signal?: AbortSignal): Promise<Report | undefined> {
  const { promise, resolve: answered, reject } = Promise.withResolvers<Report | undefined>();
  let answer: Report | undefined;
  supervisor.once("message", (report) => {
    answer = report as Report;
    if (answer.kind === "running") answered(answer);
  });
  // After its last message, and when it has let go of the directory.
  supervisor.once("close", () => answered(answer));
  supervisor.once("error", (error) => reject(new ServiceNotStarted(error.message, { cause: error })));
  const abort = (): void => {
    supervisor.stdin?.destroy();
    supervisor.kill("SIGTERM");
    reject(signal?.reason);
  };
  signal?.addEventListener("abort", abort);
  if (signal?.aborted) abort();
  try {
    return await promise;
  } finally {
    signal?.removeEventListener("abort", abort);
    if (supervisor.connected) supervisor.disconnect();
    supervisor.unref();
  }
}
