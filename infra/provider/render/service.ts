import type { ApiClient } from "../../api/client.ts";
import { createOnce } from "../../api/create-once.ts";
import { markIn, requireMark } from "../mark.ts";
import { type Context, type Resource, ResourceFailed } from "../resource.ts";
import { renderApi } from "./api.ts";
import { deployNow, deploysOnceListed, isLiveWith, isUnderWay, liveAmong, untilLive } from "./deploys.ts";
import {
  DEPLOYED,
  environmentOf,
  fingerprintOf,
  isSameEnvironment,
  noteDeployed,
  replaceEnvironment,
} from "./service-environment.ts";
import { serviceInputs, type ServiceInputs } from "./service-inputs.ts";
import {
  AS_DECLARED,
  namedService,
  observe,
  recorded,
  serviceOutputs,
  type ServiceOutputs,
} from "./service-observation.ts";
import { removeService } from "./service-removal.ts";
import {
  autoscalingOf,
  creationOf,
  isSameScaling,
  scalingOf,
  settingsPatch,
  type Wanted,
} from "./service-settings.ts";
import {
  createdService,
  findService,
  quoted,
  retrieveService,
  serviceName,
  type RenderService,
} from "./services.ts";
import { registryCredentialId, workspaceId } from "./workspace.ts";

export const service: Resource<ServiceInputs, ServiceOutputs> = {
  type: "oxy:render:Service",
  description: "A process of the worker image as a web service or background worker at Render.",
  inputs: serviceInputs,
  outputs: serviceOutputs,
  stableOutputs: ["remoteId", "url"],
  api: renderApi,
  foundSettings: ["environment"],
  replaceOn: ["stack", "fleet", "name", "region", "type", "serviceId"],
  identify: ({ stack, fleet, name, region, serviceId }) =>
    `${stack}/${fleet}/${name}@${region}${serviceId === undefined ? "" : `/${serviceId}`}`,
  async create(_id, inputs, context) {
    const render = context.api(renderApi);
    const wanted = await resolve(render, inputs);
    return await converge(render, await ensure(render, wanted, context), wanted, context);
  },
  async update(_id, inputs, { outputs }, context) {
    const render = context.api(renderApi);
    const wanted = await resolve(render, inputs);
    const found =
      (await retrieveService(render, outputs.remoteId)) ?? (await ensure(render, wanted, context));
    return await converge(render, found, wanted, context);
  },
  read: observe,
  async delete(id, { inputs, outputs }, context) {
    const render = context.api(renderApi);
    const found = await recorded(render, id, { inputs, outputs });
    if (found !== undefined) await removeService(render, found, inputs.graceSeconds, context);
  },
  drift: ({ condition }) => (condition === AS_DECLARED ? [] : ["condition"]),
};

async function resolve(render: ApiClient, inputs: ServiceInputs): Promise<Wanted> {
  const ownerId = await workspaceId(render, inputs.workspace);
  const { registryCredential } = inputs;
  return {
    inputs,
    ownerId,
    registryCredentialId:
      registryCredential === "" ? undefined : await registryCredentialId(render, ownerId, registryCredential),
  };
}

/** The one that was named, the one that is there under our name, or a new one. */
async function ensure(render: ApiClient, wanted: Wanted, context: Context): Promise<RenderService> {
  const { inputs, ownerId } = wanted;
  if (inputs.serviceId !== undefined) {
    const named = await namedService(render, inputs, inputs.serviceId);
    if (named !== undefined) return named;
    throw new ResourceFailed(`serviceId: expected a service that is at Render, got ${inputs.serviceId}`);
  }
  const name = serviceName(inputs);
  const found = await createOnce(
    () => findService(render, name, ownerId),
    async () => {
      context.progress("creating");
      const environment = { ...inputs.environment, [DEPLOYED]: wantedFingerprint(wanted) };
      const { service: created } = await render.call({
        method: "POST",
        path: "/services",
        body: creationOf(wanted, name, environment),
        doing: `create service "${name}"`,
        answer: createdService,
      });
      return created;
    },
    context.signal,
  );
  const { variables } = await environmentOf(render, found);
  requireMark(`${quoted(found)} at Render`, markIn(variables), inputs);
  return found;
}

/** It has these settings, and they are live. Only what differs is written. */
async function converge(
  render: ApiClient,
  found: RenderService,
  wanted: Wanted,
  context: Context,
): Promise<ServiceOutputs> {
  const { inputs } = wanted;
  const environment = await environmentOf(render, found);
  refuseElsewhere(found, wanted);

  const patch = settingsPatch(wanted, found);
  const isOtherEnvironment = !isSameEnvironment(environment.variables, inputs.environment);
  // Who made it did not note what is deployed: from here on it is not what the service says.
  if (patch !== undefined && environment.deployed === undefined) await noteDeployed(render, found);
  // What Render may refuse goes first: as long as another program runs, its environment is its own.
  if (patch !== undefined)
    await render.call({
      method: "PATCH",
      path: `/services/${found.id}`,
      body: patch,
      doing: `update ${quoted(found)}`,
      repeatable: true,
    });
  if (isOtherEnvironment) await replaceEnvironment(render, found, inputs.environment, environment.deployed);
  await scale(render, found, inputs);

  const isWritten = isOtherEnvironment || patch !== undefined;
  const fingerprint = wantedFingerprint(wanted);
  const isNoted = environment.deployed === fingerprint;
  const isAdopted = environment.deployed === undefined && !isWritten;
  const deploys = await deploysOnceListed(render, found, context.signal);
  const isSettled = (isNoted || isAdopted) && !isWritten && found.suspended !== "suspended";
  const [newest] = deploys;
  if (!isSettled || (!isLiveWith(liveAmong(deploys), inputs.image) && !(newest && isUnderWay(newest))))
    await deployNow(render, found, deploys, context);
  else if (newest !== undefined && isUnderWay(newest)) await untilLive(render, found, newest, context);
  if (!isNoted && !isAdopted) await noteDeployed(render, found, fingerprint);
  return { condition: AS_DECLARED, remoteId: found.id, url: found.serviceDetails.url ?? "" };
}

function wantedFingerprint({ inputs, registryCredentialId: credentialId }: Wanted): string {
  const { image, plan, graceSeconds, healthPath, environment } = inputs;
  return fingerprintOf({
    image,
    registryCredentialId: credentialId,
    plan,
    graceSeconds,
    healthPath,
    variables: environment,
  });
}

/** What no update changes. @throws ResourceFailed */
function refuseElsewhere(found: RenderService, { inputs, ownerId }: Wanted): void {
  const { id, ownerId: owner, type, serviceDetails } = found;
  const { serviceId = id } = inputs;
  const differences = [
    serviceId === id ? [] : [`serviceId: expected ${id}, got ${serviceId}`],
    owner === ownerId ? [] : [`workspace: expected ${owner}, got ${ownerId}`],
    type === inputs.type ? [] : [`type: expected ${type}, got ${inputs.type}`],
    serviceDetails.region === inputs.region
      ? []
      : [`region: expected ${serviceDetails.region}, got ${inputs.region}`],
  ].flat();
  if (differences.length === 0) return;
  throw new ResourceFailed(
    `${quoted(found)} at Render stays where and what it is: ${differences.join("; ")}; oxy destroy gives it up`,
  );
}

/** Without a deploy: more of the same instances start, or some of them stop. */
async function scale(render: ApiClient, found: RenderService, inputs: ServiceInputs): Promise<void> {
  const { autoscaling, instances: count } = inputs;
  const { serviceDetails } = found;
  const current = scalingOf(serviceDetails);
  const isSame =
    isSameScaling(current, autoscaling) &&
    (autoscaling === undefined || serviceDetails.autoscaling?.min === count);
  if (!isSame && autoscaling !== undefined)
    await render.call({
      method: "PUT",
      path: `/services/${found.id}/autoscaling`,
      body: autoscalingOf(autoscaling, count),
      doing: `scale ${quoted(found)} automatically`,
    });
  if (!isSame && autoscaling === undefined)
    await render.call({
      method: "DELETE",
      path: `/services/${found.id}/autoscaling`,
      doing: `no longer scale ${quoted(found)} automatically`,
    });
  // Render ignores the number as long as it scales by itself.
  if (autoscaling === undefined && serviceDetails.numInstances !== count)
    await render.call({
      method: "POST",
      path: `/services/${found.id}/scale`,
      body: { numInstances: count },
      doing: `scale ${quoted(found)}`,
      repeatable: true,
    });
}
