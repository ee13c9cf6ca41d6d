import { CustomResource, output as outputOf, ProviderResource } from "@pulumi/pulumi";
import type { CustomResourceOptions, Input, Output } from "@pulumi/pulumi";
import type { z } from "zod";
import type { Resource } from "./resource.ts";

/** A value in which every part may be known later only. */
type Pending<T> = Input<T extends object ? { [Key in keyof T]: Pending<T[Key]> } : T>;

/** Our provider, as a program configures it. */
export class OxyProvider extends ProviderResource {
  /** @param config.credentials of APIs, by environment variable; what is not there the environment has */
  constructor(
    name: string,
    config: { readonly home: string; readonly credentials?: Input<Readonly<Record<string, string>>> },
  ) {
    // What is not text, a provider is configured with as JSON.
    const { home, credentials } = config;
    super("oxy", name, {
      home,
      ...(credentials === undefined
        ? {}
        : { credentials: outputOf(credentials).apply((all) => JSON.stringify(all)) }),
    });
  }
}

/** A resource of our provider in a program, typed by its definition. */
export class Declared<Outputs extends object> extends CustomResource {
  readonly outputs: { readonly [Name in keyof Outputs]: Output<Outputs[Name]> };

  constructor(
    definition: Pick<Resource<never, Outputs>, "type" | "outputs" | "secretOutputs">,
    name: string,
    inputs: object,
    options: CustomResourceOptions,
  ) {
    const names = Object.keys((definition.outputs as unknown as z.ZodObject).shape);
    // Pulumi turns each of these into an output of that name; one that is an input too stays what it is given.
    const known = Object.fromEntries(names.map((output) => [output, undefined]));
    super(
      definition.type,
      name,
      { ...known, ...inputs },
      { ...options, additionalSecretOutputs: [...(definition.secretOutputs ?? [])] },
    );
    const properties = this as unknown as Record<string, unknown>;
    this.outputs = Object.fromEntries(names.map((output) => [output, properties[output]])) as this["outputs"];
  }
}

/**
 * Options with which something that exists is taken into the state as it is found, and then left alone: nothing of it
 * is written, and to destroy it only forgets it.
 * @param inputs of which the identity has to be known
 */
export function asFound<Inputs extends object, Outputs extends object>(
  definition: Resource<Inputs, Outputs>,
  inputs: { readonly [Key in keyof Inputs]: Pending<Inputs[Key]> },
): CustomResourceOptions {
  const kept: readonly string[] = definition.replaceOn ?? [];
  const names = [definition.inputs, definition.outputs].flatMap((schema) =>
    Object.keys((schema as unknown as z.ZodObject).shape),
  );
  return {
    import: definition.identify(inputs as Inputs),
    ignoreChanges: names.filter((name) => !kept.includes(name)),
    retainOnDelete: true,
  };
}

/** Declares a resource: its inputs may be outputs of others. */
export function declare<Inputs extends object, Outputs extends object>(
  definition: Resource<Inputs, Outputs>,
  name: string,
  inputs: { readonly [Key in keyof Inputs]: Pending<Inputs[Key]> },
  options: CustomResourceOptions,
): Declared<Outputs> {
  return new Declared(definition as unknown as Resource<never, Outputs>, name, inputs, options);
}
