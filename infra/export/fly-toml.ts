import { stringify } from "smol-toml";
import type { FlyFleetPlan, FlyProcessPlan } from "../hosts/fly/plan.ts";
import type { ExportedFile, Format } from "./format.ts";
import { exportedName, settingsOf } from "./settings.ts";

/** What Fly's proxy and checks are told, in its own units. */
const CHECK = { interval: "15s", timeout: "5s" };

/**
 * Fly's app configuration (Fly docs, reference/configuration, 2026-08). Its environment is the whole app's, and what
 * role a process of the image has is in its environment: so each process is an app of its own.
 */
export const flyToml: Format = {
  host: "fly",
  files: ({ stack, fleets }) =>
    fleets.flatMap((fleet) => {
      const flying = fleet as FlyFleetPlan;
      return flying.processes.map((process) => appOf(stack, flying, process));
    }),
  remarks: ["fly.toml has no place for the number of machines: fly scale count sets it"],
};

function appOf(stack: string, fleet: FlyFleetPlan, process: FlyProcessPlan): ExportedFile {
  const app = exportedName(stack, fleet.name, process.name);
  const { plain, secret } = settingsOf(process);
  const { machines, guest, volumeGb, port, isPublic } = process;
  const check = { ...CHECK, grace_period: `${fleet.startSeconds}s`, method: "GET", path: fleet.readyPath };
  const config = {
    app,
    primary_region: fleet.region,
    kill_signal: "SIGTERM",
    kill_timeout: fleet.graceSeconds,
    build: { image: fleet.image },
    env: plain,
    ...(isPublic
      ? { http_service: { ...serviceOf(port, machines), checks: [check] } }
      : { checks: { ready: { type: "http", port, ...check } } }),
    restart: [{ policy: "always" }],
    ...(volumeGb === 0 ? {} : { mounts: [mountOf(process)] }),
    vm: [{ cpu_kind: guest.cpuKind, cpus: guest.cpus, memory: `${guest.memoryMb}mb` }],
  };
  const header = [
    `# Process ${process.name} of fleet ${fleet.name}, stack ${stack}. First, once:`,
    `#   fly apps create ${app} --org ${fleet.organization}`,
    `#   fly secrets set --stage --app ${app} ${secret.map((name) => `${name}=…`).join(" ")}`,
    `#   fly deploy --ha=false --config ${fileOf(fleet, process)} && fly scale count ${machines} --app ${app} --region ${fleet.region}`,
    "# The store is not in it, because the conversations are where it is: REDIS_URL is its address.",
  ];
  return { name: fileOf(fleet, process), text: `${header.join("\n")}\n\n${stringify(config)}` };
}

/** A worker is never idle: nothing may stop it, and nothing would start it again. */
function serviceOf(port: number, machines: number): object {
  return {
    internal_port: port,
    force_https: true,
    auto_stop_machines: "off",
    auto_start_machines: false,
    min_machines_running: machines,
  };
}

/** `fly deploy` makes the first one, and `fly scale count` one for each machine more. */
function mountOf({ name, volumeGb, volumePath }: FlyProcessPlan): object {
  return { source: `oxy_${name}`, destination: volumePath, initial_size: `${volumeGb}gb` };
}

function fileOf({ processes }: FlyFleetPlan, { name }: FlyProcessPlan): string {
  return processes.length === 1 ? "fly.toml" : `fly.${name}.toml`;
}
