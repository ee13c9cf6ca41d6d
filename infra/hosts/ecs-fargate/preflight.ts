import { introduce } from "../../aws/account/identity.ts";
import { isOffline, ownEnvironment } from "../../home.ts";
import { anonymousPull } from "../../registry/anonymous-pull.ts";
import { imageNameOf } from "../../registry/image-name.ts";
import type { TaskDefinition } from "./graph.ts";
import { ecrRepositoryOf } from "./image-source.ts";
import type { EcsFargatePlan } from "./plan.ts";

/** As images call what ECS calls so. */
const ARCHITECTURES = { ARM64: "arm64", X86_64: "amd64" } as const;

/**
 * What AWS, or the image's registry, would refuse: whose account it is, whether its region is switched on, whether the
 * image can be pulled. In a rehearsal no registry is asked: what would be pulled, a bundle stands in for.
 */
export async function preflight(plan: EcsFargatePlan): Promise<readonly string[]> {
  const asked = [accountRefusals(plan), isOffline() ? [] : imageRefusals(plan)];
  return (await Promise.all(asked)).flat();
}

async function accountRefusals({ region, account }: EcsFargatePlan): Promise<readonly string[]> {
  const introduction = await introduce(region, ownEnvironment());
  switch (introduction.is) {
    case "refused":
      return [`account: ${introduction.why}`];
    case "unreachable":
      return [
        `account: expected AWS to say in ${region} whose credentials these are, got no answer ${introduction.why}`,
      ];
    case "elsewhere":
      return [
        `region: expected one that account ${introduction.identity.account} has switched on, got ${region}: ` +
          "switch it on under AWS Regions in the account's settings, or take another",
      ];
    case "known": {
      const { account: got, arn } = introduction.identity;
      if (account === undefined || account === got) return [];
      return [`account: expected credentials of ${account}, got those of ${got} (${arn})`];
    }
  }
}

async function imageRefusals({ image, registryUser, resources }: EcsFargatePlan): Promise<readonly string[]> {
  const name = imageNameOf(image);
  // Of a tag nothing lasting can be said; what takes a login, or the execution role, only that can tell.
  if (name === undefined || ecrRepositoryOf(image) !== undefined || registryUser !== undefined) return [];
  const answer = await anonymousPull(name);
  switch (answer.is) {
    case "refused":
      return [
        "image: expected one that everybody may pull, or registryUser and secrets.OXY_REGISTRY_PASSWORD, because " +
          `ECS pulls it without a login, got ${answer.status} from ${name.registry}`,
      ];
    case "missing":
      return [
        `image: expected a digest that ${name.registry} has of ${name.repository}, got ${name.digest}, which it does not know`,
      ];
    case "there": {
      const needed = resources
        .filter((node): node is TaskDefinition => node.type === "ecs_task_definition")
        .map(({ cpuArchitecture }) => ARCHITECTURES[cpuArchitecture]);
      const { platforms } = answer;
      return [...new Set(needed)]
        .filter((architecture) => platforms.length > 0 && !platforms.includes(`linux/${architecture}`))
        .map(
          (architecture) =>
            `architecture: expected one that the image is built for (${platforms.join(", ")}), got linux/${architecture}: ` +
            "change it, or build the image for both",
        );
    }
    case "unknown":
      // The deployment will tell: a registry that is away for a minute says nothing of the image.
      return [];
  }
}
