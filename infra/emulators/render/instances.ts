import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { ImageNotFound, type Container, type Containers } from "../containers.ts";

/** What a deploy takes along: a later change of settings does not reach it. */
export interface Release {
  readonly service: string;
  readonly image: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Whether it serves HTTP. */
  readonly routed: boolean;
  readonly healthPath: string;
  readonly graceSeconds: number;
  readonly memoryMb: number;
}

/** How long a background worker has to run until it counts as live, in ms. */
const SETTLE_MS = 1_000;
const POLL_MS = 50;
const CONNECT_MS = 1_000;

/** @throws ImageNotFound */
async function startInstance(containers: Containers, release: Release): Promise<Container> {
  return await containers.start({
    name: release.service,
    image: release.image,
    environment: { RENDER: "true", ...release.environment },
    routed: release.routed,
    stop: { signal: "SIGTERM", graceSeconds: release.graceSeconds },
    memoryMb: release.memoryMb,
  });
}

/** All or none of them. @throws ImageNotFound */
export async function startInstances(
  containers: Containers,
  release: Release,
  count: number,
): Promise<Container[]> {
  const starts = Array.from({ length: count }, () => startInstance(containers, release));
  const settled = await Promise.allSettled(starts);
  const started = settled.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  const failed = settled.find((one) => one.status === "rejected");
  if (failed === undefined) return started;
  await Promise.all(started.map((container) => container.stop()));
  throw failed.reason instanceof ImageNotFound ? failed.reason : new Error(String(failed.reason));
}

/**
 * Waits until an instance counts as started: a web service answers, a background worker goes on running.
 * @returns why it does not; undefined when it does
 */
export async function untilStarted(
  container: Container,
  release: Release,
  { seconds, signal }: { readonly seconds: number; readonly signal: AbortSignal },
): Promise<string | undefined> {
  const began = performance.now();
  while (performance.now() - began < seconds * 1_000) {
    if (signal.aborted) return "canceled";
    const exit = await container.lastExit();
    // Render starts it again and again until the time of the deploy is over: to no other end.
    if (exit !== undefined) return `Exited with ${exit.signal ?? `status ${exit.code}`}`;
    const isStarted = release.routed
      ? await isHealthy(container, release.healthPath)
      : performance.now() - began >= SETTLE_MS;
    if (isStarted) return undefined;
    await delay(POLL_MS);
  }
  return release.routed ? `Timed out after waiting for its health check` : "Timed out";
}

/** Without a path, Render is content with a port that is listened on. */
async function isHealthy(container: Container, healthPath: string): Promise<boolean> {
  return healthPath === "" ? await listens(container.port) : await container.answers(healthPath);
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port, timeout: CONNECT_MS });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.on("connect", () => end(true));
    socket.on("error", () => end(false));
    socket.on("timeout", () => end(false));
  });
}
