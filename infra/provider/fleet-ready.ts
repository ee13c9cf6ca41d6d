import { z } from "zod";
import { until } from "../api/until.ts";
import { AdminChannel } from "../control/admin-channel.ts";
import { type Channel, type ControlState, RequestFailed } from "../control/channel.ts";
import { StoreChannel } from "../control/store-channel.ts";
import { type Context, type Resource, ResourceFailed } from "./resource.ts";

export interface FleetReadyInputs {
  readonly stack: string;
  readonly fleet: string;
  readonly place: string;
  readonly image: string;
  readonly seconds: number;
  readonly storeUrl?: string | undefined;
  readonly adminUrl?: string | undefined;
  readonly adminToken?: string | undefined;
}

/**
 * That a fleet's processes are where the others are: one of them says in the store that it runs this image at this
 * place. No host can say that of a worker without health checks, or of one that cannot reach the store; and since the
 * engine deletes what was replaced only when all else has succeeded, the fleet before it goes on until this one is there.
 * Nothing exists of it but the record.
 */
export const fleetReady: Resource<FleetReadyInputs, object> = {
  type: "oxy:index:FleetReady",
  description:
    "That a process of a fleet has joined the others on the store, with this image and at this place.",
  inputs: z
    .strictObject({
      stack: z.string().describe("The stack, and the namespace of its processes on the store."),
      fleet: z.string().describe("The fleet."),
      place: z.string().describe("Where it runs: `host/region`."),
      image: z.string().describe("What it runs, by digest."),
      seconds: z.int().min(1).describe("How long that may take, in s."),
      storeUrl: z
        .string()
        .optional()
        .meta({ secret: true })
        .describe("Where the store is reached from here, if it is."),
      adminUrl: z.string().optional().describe("Else, where a process serves the admin API."),
      adminToken: z.string().optional().meta({ secret: true }).describe("With what it is asked."),
    })
    .refine(
      ({ storeUrl, adminUrl, adminToken }) =>
        storeUrl === undefined
          ? adminUrl !== undefined && adminToken !== undefined
          : adminUrl === undefined && adminToken === undefined,
      "expected storeUrl, or adminUrl and adminToken",
    ),
  outputs: z.object({}),
  replaceOn: ["stack", "fleet"],
  identify: ({ stack, fleet }) => `${stack}/${fleet}`,
  create: (_id, inputs, context) => awaitProcess(inputs, context),
  read: async (_id, known) => known,
  update: (_id, inputs, _known, context) => awaitProcess(inputs, context),
  delete: async () => {},
};

async function awaitProcess(inputs: FleetReadyInputs, context: Context): Promise<object> {
  const { fleet, place, image, seconds } = inputs;
  const channel = channelOf(inputs);
  const stop = (): void => channel.close();
  context.signal.addEventListener("abort", stop, { once: true });
  context.progress(`waiting until a process of fleet ${fleet} at ${place} has joined the others`);
  let last: ControlState | RequestFailed | undefined;
  try {
    const there = await until(seconds, context.signal, async () => {
      last = await stateOf(channel);
      context.signal.throwIfAborted();
      if (last instanceof RequestFailed) return undefined;
      return last.processes.find(
        (process) => process.fleet === fleet && process.place === place && process.image === image,
      );
    });
    if (there !== undefined) return {};
  } finally {
    context.signal.removeEventListener("abort", stop);
    channel.close();
  }
  throw new ResourceFailed(
    `no process of fleet ${fleet} at ${place} has joined the others with image ${image} within ${seconds} s; ` +
      (last instanceof RequestFailed ? last.message : `there ${whoIs(last)}`),
  );
}

function channelOf({ stack, storeUrl, adminUrl = "", adminToken = "" }: FleetReadyInputs): Channel {
  return storeUrl === undefined ? new AdminChannel(adminUrl, adminToken) : new StoreChannel(storeUrl, stack);
}

async function stateOf(channel: Channel): Promise<ControlState | RequestFailed> {
  try {
    return await channel.state();
  } catch (error) {
    if (error instanceof RequestFailed) return error;
    throw error;
  }
}

function whoIs(state: ControlState | undefined): string {
  const processes = state?.processes ?? [];
  if (processes.length === 0) return "are none";
  return `are: ${processes.map(({ fleet, place, image }) => `${fleet} at ${place || "a place that it does not say"} with ${image || "an image that it does not say"}`).join("; ")}`;
}
