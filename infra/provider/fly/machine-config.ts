import { createHash } from "node:crypto";
import { mountsOf, type FlyMachine } from "./machine-api.ts";
import { hasItsVolume } from "./machine-volume.ts";
import type { MachinesInputs } from "./machines-inputs.ts";
import type { FlyVolume } from "./volume-api.ts";

/** How a machine says whose it is, which process it runs, and as what it was made. */
const METADATA = {
  stack: "oxy_stack",
  fleet: "oxy_fleet",
  process: "oxy_process",
  spec: "oxy_spec",
} as const;

/** Digits of the digest that stands for all that a machine is made with. */
const SPEC_DIGITS = 16;

/** Between two looks at a machine's health; Fly's checks take at least 2 s. */
const CHECK = { interval: "5s", timeout: "4s", grace_period: "1s" };

/**
 * A machine as the API takes it. Nothing that is not said anyway: what Fly leaves out of its answers would differ.
 * @param volume its own, by id
 */
export function machineConfig(inputs: MachinesInputs, volume?: string) {
  const { stack, fleet, name, image, environment, guest, port, readyPath, graceSeconds, isPublic } = inputs;
  const check = { type: "http", port, method: "GET", path: readyPath, ...CHECK };
  return {
    image,
    env: environment,
    guest: { cpu_kind: guest.cpuKind, cpus: guest.cpus, memory_mb: guest.memoryMb },
    metadata: {
      [METADATA.stack]: stack,
      [METADATA.fleet]: fleet,
      [METADATA.process]: name,
      [METADATA.spec]: specOf(inputs),
    },
    // Else it is SIGINT, and the kill 5 s after it (Fly docs, reference/configuration, 2026-08).
    stop_config: { signal: "SIGTERM", timeout: `${graceSeconds}s` },
    // A worker never means to be over, and without a service nothing would start it again.
    restart: { policy: "always" },
    ...(volume === undefined ? {} : { mounts: [{ volume, path: inputs.volumePath }] }),
    ...(isPublic ? { services: [serviceOf(port, check)] } : { checks: { ready: check } }),
  };
}

/** The proxy routes to what is ready only. It must not start what is being retired. */
function serviceOf(port: number, check: object) {
  return {
    protocol: "tcp",
    internal_port: port,
    autostart: false,
    ports: [
      { port: 80, handlers: ["http"], force_https: true },
      { port: 443, handlers: ["tls", "http"] },
    ],
    checks: [check],
  };
}

/** Of all that a machine is made with, secrets by their digests. The number of machines is no part of it. */
function specOf(inputs: MachinesInputs): string {
  const { image, environment, secrets, guest, port, readyPath, graceSeconds, isPublic, region } = inputs;
  const { volumeGb, volumePath } = inputs;
  const parts = [image, sorted(environment), sorted(secrets), sorted(guest), port, readyPath, graceSeconds];
  return createHash("sha256")
    .update(JSON.stringify([...parts, isPublic, region, volumeGb, volumePath, CHECK]))
    .digest("hex")
    .slice(0, SPEC_DIGITS);
}

/** What a machine runs, and for whom; each is missing where it says nothing. */
export function metadataOf(machine: FlyMachine) {
  const metadata = (machine.config ?? machine.incomplete_config)?.metadata ?? {};
  return {
    stack: metadata[METADATA.stack],
    fleet: metadata[METADATA.fleet],
    process: metadata[METADATA.process],
    spec: metadata[METADATA.spec],
  };
}

/**
 * Whether a machine is as it was to be made, by its own word and by what nobody changed since.
 * @param volumes of the process
 */
export function isAsDeclared(
  machine: FlyMachine,
  inputs: MachinesInputs,
  volumes: readonly FlyVolume[],
): boolean {
  if (metadataOf(machine).spec !== specOf(inputs) || !hasItsVolume(machine, inputs, volumes)) return false;
  const [volume] = mountsOf(machine);
  return holds(machine.config, machineConfig(inputs, volume));
}

/** Whether all that was wanted is there: Fly adds to it, and writes durations in its own way. */
function holds(there: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted))
    return (
      Array.isArray(there) &&
      there.length === wanted.length &&
      wanted.every((one, at) => holds(there[at], one))
    );
  if (typeof wanted !== "object" || wanted === null) return normal(there) === normal(wanted);
  if (typeof there !== "object" || there === null) return false;
  return Object.entries(wanted).every(([key, value]) =>
    holds((there as Record<string, unknown>)[key], value),
  );
}

/** `60s` and `1m0s` are the same. */
function normal(value: unknown): unknown {
  const match = typeof value === "string" ? /^(?:(\d+)m)?(\d+)s$/.exec(value) : null;
  return match === null ? value : Number(match[1] ?? 0) * 60 + Number(match[2]);
}

function sorted(values: object): [string, unknown][] {
  return Object.entries(values).toSorted(([one], [other]) => (one < other ? -1 : 1));
}
