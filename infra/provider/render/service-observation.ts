import { z } from "zod";
import type { ApiClient } from "../../api/client.ts";
import { markIn, requireMark } from "../mark.ts";
import { type Context, type Observed, ResourceFailed } from "../resource.ts";
import { renderApi } from "./api.ts";
import { deploysOf, isLiveWith, liveAmong, type Deploy } from "./deploys.ts";
import { planOf } from "./instance-types.ts";
import { environmentOf, fingerprintOf } from "./service-environment.ts";
import type { ServiceInputs } from "./service-inputs.ts";
import { isSameImage, scalingOf } from "./service-settings.ts";
import { findService, quoted, retrieveService, serviceName, type RenderService } from "./services.ts";

export interface ServiceOutputs {
  readonly condition: string;
  readonly remoteId: string;
  readonly url: string;
}

export const serviceOutputs: z.ZodType<ServiceOutputs> = z.object({
  condition: z.string().describe("`live`, or what is not as declared."),
  remoteId: z.string().describe("Render's id of the service."),
  url: z.string().describe("Where a web service is reached; empty for a background worker."),
});

export const AS_DECLARED = "live";
/** Of Render, where nobody said otherwise, in s. */
const DEFAULT_GRACE_SECONDS = 30;

export async function observe(
  id: string,
  known: Observed<ServiceInputs, ServiceOutputs> | undefined,
  context: Context,
): Promise<Observed<ServiceInputs, ServiceOutputs> | undefined> {
  const render = context.api(renderApi);
  const found = await recorded(render, id, known);
  if (found === undefined) return undefined;
  const { variables, deployed } = await environmentOf(render, found);
  const inputs = seenInputs(id, found, variables, known?.inputs);
  const fingerprint = fingerprintOf({
    image: inputs.image,
    registryCredentialId: found.registryCredential?.id,
    plan: inputs.plan,
    graceSeconds: inputs.graceSeconds,
    healthPath: inputs.healthPath,
    variables,
  });
  const deploys = await deploysOf(render, found);
  const isDeployed = deployed === undefined || deployed === fingerprint;
  return {
    inputs,
    outputs: {
      condition: conditionOf(found, deploys, isDeployed, inputs.image),
      remoteId: found.id,
      url: found.serviceDetails.url ?? "",
    },
  };
}

/** The service that was recorded, or one that a creation left which nobody recorded. */
export async function recorded(
  render: ApiClient,
  id: string,
  known: { readonly inputs: ServiceInputs; readonly outputs: Partial<ServiceOutputs> } | undefined,
): Promise<RenderService | undefined> {
  const place = placeIn(id);
  const own = known?.outputs.remoteId ?? known?.inputs.serviceId;
  if (own !== undefined) return await retrieveService(render, own);
  if (place.serviceId !== undefined) return await namedService(render, place, place.serviceId);
  const found = await findService(render, serviceName(place));
  if (found === undefined) return undefined;
  const mark = markIn((await environmentOf(render, found)).variables);
  return mark?.stack === place.stack && mark.fleet === place.fleet ? found : undefined;
}

/**
 * The service that somebody named to be taken over. Their word stands for a mark, where it bears none.
 * @returns undefined when it is gone
 * @throws ResourceFailed when it is not where or what a process of a fleet can be
 * @throws NotOurs when it is of another fleet
 */
export async function namedService(
  render: ApiClient,
  place: Place,
  serviceId: string,
): Promise<RenderService | undefined> {
  const found = await retrieveService(render, serviceId);
  if (found === undefined) return undefined;
  const { type, serviceDetails } = found;
  if (type !== "web_service" && type !== "background_worker")
    throw new ResourceFailed(
      `serviceId: expected a web service or a background worker, got ${serviceId}, a ${type.replaceAll("_", " ")}`,
    );
  if (serviceDetails.region !== place.region)
    throw new ResourceFailed(
      `region: expected ${serviceDetails.region}, where ${serviceId} is, got ${place.region}`,
    );
  const mark = markIn((await environmentOf(render, found)).variables);
  if (mark !== undefined) requireMark(`${quoted(found)} at Render`, mark, place);
  return found;
}

/** The inputs as they are in force: whatever is the same in other words, in the words that are known. */
function seenInputs(
  id: string,
  found: RenderService,
  environment: Readonly<Record<string, string>>,
  known: ServiceInputs | undefined,
): ServiceInputs {
  const { registryCredential: credential, imagePath, serviceDetails: is } = found;
  const place = known ?? placeIn(id);
  const scaling = scalingOf(is);
  const isKnownCredential =
    credential == null
      ? known?.registryCredential === ""
      : [credential.id, credential.name].includes(known?.registryCredential ?? "");
  return {
    stack: place.stack,
    fleet: place.fleet,
    name: place.name,
    workspace: known?.workspace ?? found.ownerId,
    type: found.type === "web_service" ? "web_service" : "background_worker",
    region: is.region,
    plan: known !== undefined && planOf(known.plan) === planOf(is.plan) ? known.plan : planOf(is.plan),
    image: known !== undefined && isSameImage(known.image, imagePath) ? known.image : (imagePath ?? ""),
    registryCredential: isKnownCredential ? (known?.registryCredential ?? "") : (credential?.id ?? ""),
    environment,
    instances: is.autoscaling?.enabled === true ? is.autoscaling.min : is.numInstances,
    ...(scaling === undefined ? {} : { autoscaling: scaling }),
    graceSeconds: is.maxShutdownDelaySeconds ?? DEFAULT_GRACE_SECONDS,
    ...(is.healthCheckPath === undefined || is.healthCheckPath === ""
      ? {}
      : { healthPath: is.healthCheckPath }),
    ...(place.serviceId === undefined ? {} : { serviceId: place.serviceId }),
  };
}

/** What an id was made of. */
type Place = Pick<ServiceInputs, "stack" | "fleet" | "name" | "region" | "serviceId">;

function placeIn(id: string): Place {
  const [path = "", rest = ""] = id.split("@");
  const [stack = "", fleet = "", name = ""] = path.split("/");
  const [region = "", serviceId] = rest.split("/");
  return { stack, fleet, name, region, ...(serviceId === undefined ? {} : { serviceId }) };
}

function conditionOf(
  { suspended }: RenderService,
  deploys: readonly Deploy[],
  isDeployed: boolean,
  image: string,
): string {
  if (suspended === "suspended") return "suspended";
  const live = liveAmong(deploys);
  const [newest] = deploys;
  if (live === undefined) return `not live: ${newest?.status?.replaceAll("_", " ") ?? "never deployed"}`;
  if (!isLiveWith(live, image)) return "live with another image";
  return isDeployed ? AS_DECLARED : "live with earlier settings";
}
