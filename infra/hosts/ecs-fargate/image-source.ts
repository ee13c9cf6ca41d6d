import type { Document } from "../../aws/references.ts";
import type { FleetParts } from "./fleet-parts.ts";
import type { FleetResource } from "./graph.ts";

/** An image at ECR, in whatever account, under either name of its endpoint. */
const ECR =
  /^(?<account>\d{12})\.dkr\.ecr(?:-fips)?\.(?<region>[a-z0-9-]+)\.amazonaws\.com\/(?<repository>[^@:]+)[@:]/;
/** Images without a tag that nobody deploys any more. */
const KEPT_IMAGES = 30;

/** ARN of the repository that the image is pulled from, when that is at ECR: whoever pulls it needs a permission. */
export function ecrRepositoryOf(image: string): string | undefined {
  const { account, region, repository } = ECR.exec(image)?.groups ?? {};
  return account === undefined ? undefined : `arn:aws:ecr:${region}:${account}:repository/${repository}`;
}

/** A repository of the fleet's own, where it wants one. */
export function imageNodes({ fleet, title, config, request }: FleetParts): FleetResource[] {
  if (!config.repository) return [];
  const name = `${fleet}-repository`;
  return [
    {
      type: "ecr_repository",
      name,
      repositoryName: title,
      imageTagMutability: "IMMUTABLE",
      scanOnPush: true,
      encryptionType: "AES256",
      // What production ran is somebody's way back.
      forceDelete: !request.production,
    },
    {
      type: "ecr_lifecycle_policy",
      name: `${fleet}-repository-lifecycle`,
      repository: { of: name, attribute: "name" },
      policy: KEEP_THE_NEWEST,
    },
  ];
}

const KEEP_THE_NEWEST: Document = {
  rules: [
    {
      rulePriority: 1,
      description: `The ${KEPT_IMAGES} newest are kept`,
      selection: { tagStatus: "any", countType: "imageCountMoreThan", countNumber: KEPT_IMAGES },
      action: { type: "expire" },
    },
  ],
};
