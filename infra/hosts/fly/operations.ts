import { setTimeout as delay } from "node:timers/promises";
import { ApiClient } from "../../api/client.ts";
import { ownEnvironment } from "../../home.ts";
import type { Operations, PrintedLine, ProcessStatus } from "../../host.ts";
import { fly, flyLogs } from "../../provider/fly/api.ts";
import { appNameOf } from "../../provider/fly/app-place.ts";
import { FlyMachines, type FlyMachine } from "../../provider/fly/machine-api.ts";
import { metadataOf } from "../../provider/fly/machine-config.ts";
import { healthOf } from "../../provider/fly/machine-health.ts";
import { machineLog } from "../../provider/fly/machine-log.ts";
import type { FlyFleetPlan, FlyProcessPlan } from "./plan.ts";

/** Between two looks at a log that is followed, in ms; Fly's own command looks as often. */
const LOOK_MS = 1_000;

/** Through the API, with the token in the environment. */
export const operations: Operations<FlyFleetPlan> = {
  async status(plan, stack) {
    const { machines } = fleetOf(plan, stack, new AbortController().signal);
    const found = (await machines.list()) ?? [];
    return plan.processes.flatMap((process) =>
      statusOf(process, machinesOf(process, found), plan, machines.app),
    );
  },

  async *logs(plan, stack, { lines, follow, signal }) {
    const { machines, logs } = fleetOf(plan, stack, signal);
    const processes = new Map<string, string>();
    const learn = async () => {
      const found = (await machines.list()) ?? [];
      for (const machine of found) processes.set(machine.id, metadataOf(machine).process ?? machine.name);
    };
    const named = (page: Awaited<ReturnType<typeof machineLog>>): PrintedLine[] =>
      page.lines.map(({ machine, text }) => ({ process: processes.get(machine) ?? machine, text }));
    await learn();
    const first = await machineLog(logs, machines.app, {});
    yield* lastOfEach(named(first), lines);
    if (!follow) return;
    for (let after = first.next; !signal.aborted;) {
      try {
        await delay(LOOK_MS, undefined, { signal });
        const page = await machineLog(logs, machines.app, after === undefined ? {} : { after });
        if (page.lines.some(({ machine }) => !processes.has(machine))) await learn();
        yield* named(page);
        after = page.next;
      } catch (error) {
        if (!signal.aborted) throw error;
      }
    }
  },
};

function fleetOf({ name: fleet, organization, region }: FlyFleetPlan, stack: string, signal: AbortSignal) {
  const app = appNameOf({ stack, fleet, organization, region });
  return {
    machines: new FlyMachines(new ApiClient(fly, ownEnvironment(), { signal }), app, "", signal),
    logs: new ApiClient(flyLogs, ownEnvironment(), { signal }),
  };
}

function machinesOf({ name }: FlyProcessPlan, found: readonly FlyMachine[]): readonly FlyMachine[] {
  return found.filter((machine) => metadataOf(machine).process === name);
}

function statusOf(
  { name, isPublic, machines }: FlyProcessPlan,
  found: readonly FlyMachine[],
  { image }: FlyFleetPlan,
  app: string,
): ProcessStatus[] {
  const missing = Array.from({ length: Math.max(0, machines - found.length) }, () => ({
    name,
    condition: "not there",
    image,
  }));
  return [
    ...found.map((machine) => {
      const health = healthOf(machine);
      return {
        name,
        condition: health.is === "ready" ? "running" : `${machine.name}: ${health.why}`,
        image: machine.config?.image ?? "",
        since: machine.updated_at ?? machine.created_at,
        restarts: (machine.events ?? []).filter(({ type }) => type === "exit").length,
        ...(isPublic ? { urls: { http: `https://${app}.fly.dev` } } : {}),
      };
    }),
    ...missing,
  ];
}

function lastOfEach(printed: readonly PrintedLine[], lines: number): PrintedLine[] {
  const left = new Map<string, number>();
  return printed
    .toReversed()
    .filter(({ process }) => {
      const more = left.get(process) ?? lines;
      left.set(process, more - 1);
      return more > 0;
    })
    .toReversed();
}
