import type { Command } from "commander";
import { IMAGE_REFERENCE } from "../stack-config/image-reference.ts";
import { EXIT, Failure } from "./failure.ts";
import { deployedOf } from "./outputs.ts";
import type { OpenStack } from "./stack.ts";

/** What `--image` takes for the image that runs. */
const DEPLOYED = "deployed";

/** Adds the option. `what` begins its description. */
export function withImage(command: Command, what: string): Command {
  return command.option("--image <reference>", `${what}; "${DEPLOYED}" is the one that runs`);
}

/**
 * The image that was asked for, if any.
 * @throws Failure when there is none of that form, or nothing is deployed
 */
export async function requestedImage(
  { stack }: OpenStack,
  reference: string | undefined,
): Promise<string | undefined> {
  if (reference === DEPLOYED) return (await deployedOf(stack)).image;
  if (reference === undefined || IMAGE_REFERENCE.test(reference)) return reference;
  throw new Failure(
    `--image: expected ./folder, sha256:<digest>, registry/name@sha256:<digest>, registry/name:tag or ${DEPLOYED}, ` +
      `got "${reference}"`,
    EXIT.configuration,
  );
}
