import type { z } from "zod";
import type { Api } from "../api/api.ts";
import type { ApiClient } from "../api/client.ts";

/** What a resource may use while it works. */
export interface Context {
  /** Folder of this machine's state: images, services. From the provider's config. */
  readonly home: string;
  /** Aborted when the operation is cancelled; whoever waits, stops waiting. */
  readonly signal: AbortSignal;
  /** Shown beside the resource while it works. */
  progress(message: string): void;
  /** Calls an API with what the provider was configured with. */
  api(api: Api): ApiClient;
}

/** What is really there: the inputs as they are in force, and what only the resource knows. */
export interface Observed<Inputs, Outputs> {
  readonly inputs: Inputs;
  readonly outputs: Outputs;
}

/**
 * A kind of thing that the provider keeps: schema, identity and lifecycle. Create adopts what exists under the
 * identity and is ours, so that a creation that was cut off is completed by the next one. Everything rejects with
 * `ResourceFailed` when the reason is for the user.
 */
export interface Resource<Inputs, Outputs> {
  /** Package, module, name: `oxy:local:RedisServer`. */
  readonly type: `oxy:${string}:${string}`;
  readonly description: string;
  readonly inputs: z.ZodType<Inputs>;
  /** What it adds to its inputs. */
  readonly outputs: z.ZodType<Outputs>;
  /** Outputs that are secret whatever the inputs are. */
  readonly secretOutputs?: readonly (keyof Outputs & string)[];
  /** Inputs that are settings by name, in which what is found at the host and nobody declared may be secret. */
  readonly foundSettings?: readonly (keyof Inputs & string)[];
  /** Outputs that stay as they are as long as it exists: whoever uses them need not fear its update. */
  readonly stableOutputs?: readonly (keyof Outputs & string)[];
  /** The API that it is kept through: without credentials of it, nothing is previewed. */
  readonly api?: Api;
  /** Inputs that cannot be changed in place. */
  readonly replaceOn?: readonly (keyof Inputs & string)[];
  /** The id: derived from the inputs, never random. */
  identify(inputs: Inputs): string;
  create(id: string, inputs: Inputs, context: Context): Promise<Outputs>;
  /** @returns undefined when there is nothing under that id; `known` is missing on import */
  read(
    id: string,
    known: Observed<Inputs, Outputs> | undefined,
    context: Context,
  ): Promise<Observed<Inputs, Outputs> | undefined>;
  update(id: string, inputs: Inputs, known: Observed<Inputs, Outputs>, context: Context): Promise<Outputs>;
  /** What is gone already is deleted. */
  delete(id: string, known: Observed<Inputs, Outputs>, context: Context): Promise<void>;
  /** Why a change must not be made, neither in place nor by another one in its stead: a sentence. */
  refusal?(from: Inputs, to: Inputs): string | undefined;
  /** Names of outputs that are not as they should be: a reason to update although no input changed. */
  drift?(outputs: Outputs): readonly (keyof Outputs & string)[];
}

/** The operation failed for a reason that the user can act on: one sentence, without secrets. */
export class ResourceFailed extends Error {
  override readonly name = "ResourceFailed";
}

/** Something else has its identity: it is neither adopted nor recorded. */
export class NotOurs extends ResourceFailed {}

/** Any resource, to whoever serves it. */
// oxlint-disable-next-line typescript/no-explicit-any -- its two parameters occur in both directions
export type AnyResource = Resource<any, any>;
