import { setTimeout as delay } from "node:timers/promises";
import type { ApiClient } from "../../api/client.ts";
import { createOnce } from "../../api/create-once.ts";
import { ApiFailed } from "../../api/failure.ts";
import { until } from "../../api/until.ts";
import { lastWords } from "../local/readiness.ts";
import { ResourceFailed, type Context } from "../resource.ts";
import type { FlyMachine, FlyMachines } from "./machine-api.ts";
import { isAsDeclared, machineConfig } from "./machine-config.ts";
import { healthOf, type Health } from "./machine-health.ts";
import type { Lease } from "./machine-lease.ts";
import { machineLog } from "./machine-log.ts";
import { newVolume, removeUnusedVolumes, volumesOf } from "./machine-volume.ts";
import type { MachinesInputs } from "./machines-inputs.ts";
import type { FlyVolumes } from "./volume-api.ts";

/** Until Fly has the image on a server and the machine runs, in s, before the time of the process itself begins. */
const LAUNCH_SECONDS = 180;
/** On top of what an exchange of two machines may take, in s: the lease must not end before it does. */
const LEASE_MARGIN_SECONDS = 120;
/** A log arrives after what it tells of; how often and after how many ms it is looked for. */
const LOG_LOOKS = 3;
const LOG_LOOK_MS = 500;

export interface Rollout {
  readonly inputs: MachinesInputs;
  readonly machines: FlyMachines;
  readonly volumes: FlyVolumes;
  readonly logs: ApiClient;
  readonly context: Context;
}

/**
 * As many machines as declared run as declared, and no others: what is found so is kept, whoever made it. Machine by
 * machine, a new one comes up, and only when it is ready the old one is retired, so that there are never fewer than
 * before. One that does not get ready is destroyed, and the old one goes on as if nothing had been. Each begins with a
 * volume of its own, where one is declared; those that are of no machine in the end are deleted.
 * @param found those of the process
 */
export async function rollOut(rollout: Rollout, found: readonly FlyMachine[]): Promise<void> {
  const { inputs } = rollout;
  const volumes = inputs.volumeGb === 0 ? [] : await volumesOf(rollout);
  const fit = found.filter((machine) => isAsDeclared(machine, inputs, volumes));
  const healthy: FlyMachine[] = [];
  for (const machine of fit.toSorted(readyFirst)) {
    if (healthy.length < inputs.machines && (await revived(rollout, machine))) healthy.push(machine);
  }
  const old = found.filter((machine) => !healthy.includes(machine));
  for (let number = healthy.length + 1; number <= inputs.machines; number++) {
    const replaced = old.shift();
    await exchange(rollout, replaced, `${number} of ${inputs.machines}`);
  }
  for (const machine of old) await retire(rollout, machine);
  await removeUnusedVolumes(rollout);
}

/** Each in its own time. */
export async function retireAll(rollout: Rollout, found: readonly FlyMachine[]): Promise<void> {
  await Promise.all(found.map((machine) => retire(rollout, machine)));
}

function readyFirst(one: FlyMachine, other: FlyMachine): number {
  return Number(healthOf(other).is === "ready") - Number(healthOf(one).is === "ready");
}

/** Whether one that is as declared takes work, now or after a while; somebody may have stopped it. */
async function revived(rollout: Rollout, machine: FlyMachine): Promise<boolean> {
  const { machines, context } = rollout;
  if (healthOf(machine).is === "ready") return true;
  if (["stopped", "suspended"].includes(machine.state)) {
    context.progress(`starting ${machine.name}`);
    await machines.start(machine);
  }
  return (await untilReady(rollout, machine)).is === "ready";
}

async function exchange(rollout: Rollout, replaced: FlyMachine | undefined, which: string): Promise<void> {
  const { inputs, machines, context } = rollout;
  const lease = replaced && (await machines.lease(replaced, leaseSeconds(inputs)));
  try {
    context.progress(`starting machine ${which}`);
    const made = await create(rollout);
    const health = await untilReady(rollout, made);
    if (health.is !== "ready") throw await failed(rollout, made, health);
  } catch (error) {
    await attempted(() => lease?.release());
    await attempted(() => removeUnusedVolumes(rollout));
    throw error;
  }
  if (replaced === undefined || lease === undefined) return;
  context.progress(`machine ${which} is ready; the one before it drains, up to ${inputs.graceSeconds} s`);
  await retire(rollout, replaced, lease);
}

/** What went wrong before is what there is to tell; a lease or a volume of ours that is left, the next run finds. */
async function attempted(tidy: () => Promise<void> | undefined): Promise<void> {
  try {
    await tidy();
  } catch (error) {
    if (!(error instanceof ApiFailed) && !isAborted(error)) throw error;
  }
}

function isAborted(error: unknown): boolean {
  return error instanceof Error && ["AbortError", "Aborted", "TimeoutError"].includes(error.name);
}

async function retire({ inputs, machines }: Rollout, machine: FlyMachine, held?: Lease): Promise<void> {
  const lease = held ?? (await machines.lease(machine, leaseSeconds(inputs)));
  await machines.retire(machine, inputs.graceSeconds, lease);
}

function leaseSeconds({ startSeconds, graceSeconds }: MachinesInputs): number {
  return LAUNCH_SECONDS + startSeconds + graceSeconds + LEASE_MARGIN_SECONDS;
}

/** Names are unique in an app, so a creation that nobody knows the outcome of happens once. */
async function create(rollout: Rollout): Promise<FlyMachine> {
  const { inputs, machines, context } = rollout;
  const volume = await newVolume(rollout);
  const there = (await machines.list()) ?? [];
  const name = freeName(inputs.name, new Set(there.map((machine) => machine.name)));
  const version = inputs.secretsVersion === 0 ? undefined : inputs.secretsVersion;
  return await createOnce(
    async () => (await machines.list())?.find((machine) => machine.name === name),
    () => machines.create(name, inputs.region, machineConfig(inputs, volume?.id), version),
    context.signal,
  );
}

function freeName(process: string, taken: ReadonlySet<string>): string {
  for (let number = 1; ; number++) if (!taken.has(`${process}-${number}`)) return `${process}-${number}`;
}

/** Waits until it takes work, or does not in its time. */
async function untilReady(rollout: Rollout, machine: FlyMachine): Promise<Health> {
  const { inputs, machines, context } = rollout;
  let last: Health = { is: "starting", why: "it is not there" };
  const look = async (going: (health: Health) => boolean): Promise<Health | undefined> => {
    const seen = await machines.find(machine);
    last = seen === undefined ? { is: "ended", why: "it is gone" } : healthOf(seen);
    return going(last) ? undefined : last;
  };
  await until(LAUNCH_SECONDS, context.signal, () => look(({ is }) => is === "starting"));
  if (last.is !== "checking") return last;
  await until(inputs.startSeconds, context.signal, () =>
    look(({ is }) => is === "starting" || is === "checking"),
  );
  return last;
}

/** Destroys what did not get ready, after a look at what it said. */
async function failed(
  { inputs, machines, logs, context }: Rollout,
  machine: FlyMachine,
  health: Exclude<Health, { readonly is: "ready" }>,
): Promise<ResourceFailed> {
  const words = await wordsOf(logs, machines.app, machine, context.signal);
  const lease = await machines.lease(machine, leaseSeconds(inputs));
  await machines.destroy(machine, lease);
  const within = health.is === "ended" ? "" : ` within ${inputs.startSeconds} s`;
  return new ResourceFailed(
    `${machines.titleOf(machine)} was not ready${within}: ${health.why}; its last words: ${words}`,
  );
}

async function wordsOf(
  logs: ApiClient,
  app: string,
  machine: FlyMachine,
  signal: AbortSignal,
): Promise<string> {
  try {
    for (let look = 1; ; look++) {
      const { lines } = await machineLog(logs, app, { machine: machine.id });
      if (lines.length > 0 || look === LOG_LOOKS) return lastWords(lines.map(({ text }) => text));
      await delay(LOG_LOOK_MS, undefined, { signal });
    }
  } catch (error) {
    signal.throwIfAborted();
    return `unknown, ${(error as Error).message}`;
  }
}
