import { CustomResource, runtime } from "@pulumi/pulumi";
import type { CustomResourceOptions, Output } from "@pulumi/pulumi";
import type { RegisterResourceRequest, RegisterResourceResponse } from "@pulumi/pulumi/proto/resource_pb.js";
import { z } from "zod";
import type { Attribute } from "./aws/references.ts";
import { resources } from "./provider/registry.ts";
import type { StackResources } from "./stack-resources.ts";

type Values = Readonly<Record<string, unknown>>;

/** A resource as the engine was told of it. */
export interface Registered {
  readonly type: string;
  readonly name: string;
  /** Without the secrets in them: each is `SECRET`. */
  readonly inputs: Values;
  /** Whatever was secret in its inputs, as JSON. */
  readonly secrets: string;
  /** Outputs that the engine is told to keep secret. */
  readonly secretOutputs: readonly string[];
  readonly protect: boolean;
  /** Names of the resources that it waits for. */
  readonly dependencies: readonly string[];
  /** Name of the provider that it is made with; the default one of its package has none. */
  readonly provider: string | undefined;
  /** Inputs whose changes are left to somebody else. */
  readonly ignoreChanges: readonly string[];
}

export const SECRET = "[secret]";
/** How Pulumi marks a secret on its way to the engine. */
const MARK = "4dabf18193072939515e22adb298388d";

/**
 * Runs a part of a program without an engine. Resources of our provider get outputs as their schemas have them, those of
 * AWS say whose attribute each is; in a preview, no output is known.
 * @param options.revealing whether inputs are shown with the secrets in them
 */
export async function registering<Result>(
  stack: string,
  program: () => Promise<Result>,
  { preview = false, revealing = false }: { readonly preview?: boolean; readonly revealing?: boolean } = {},
): Promise<{ readonly result: Result; readonly registered: readonly Registered[] }> {
  const registered: Registered[] = [];
  const requests = new Map<string, RegisterResourceRequest>();
  await runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => {
        const { visible, revealed, secrets } = opened(inputs as Values);
        const wishes = wishesOf(requests.get(`${type} ${name}`));
        registered.push({ type, name, inputs: revealing ? revealed : visible, secrets, ...wishes });
        const isAws = type.startsWith("aws:");
        const outputs = isAws ? attributesOf(name) : outputsOf(type);
        if (preview)
          return { id: undefined, state: { ...visible, ...(isAws ? among(visible, outputs) : {}) } };
        return { id: isAws ? attributeText(name, "id") : name, state: { ...visible, ...outputs } };
      },
      call: () => ({}),
    },
    "oxy-workers",
    stack,
    preview,
  );
  listen((request) => requests.set(`${request.getType()} ${request.getName()}`, request));
  const result = await program();
  await runtime.disconnect();
  return { result, registered: registered.toSorted((one, other) => (one.name < other.name ? -1 : 1)) };
}

/** One of AWS's that there is not, with what all of them have. */
export class AnyResource extends CustomResource {
  declare readonly arn: Output<string>;

  constructor(
    name: string,
    inputs: Readonly<Record<string, unknown>> = {},
    options: CustomResourceOptions = {},
  ) {
    super("aws:any:Resource", name, { ...inputs, arn: undefined }, options);
  }
}

/** A store of no place, whose address is known only once it is there. */
export class AnyStore extends CustomResource {
  declare readonly url: Output<string>;

  constructor(name: string) {
    super("any:index:Store", name, { url: undefined });
  }
}

/** What it is reached by. */
export const ANY_STORE_URL = "rediss://:password-of-the-store@store.example:6379";

function wishesOf(
  request: RegisterResourceRequest | undefined,
): Omit<Registered, "type" | "name" | "inputs" | "secrets"> {
  const urns = request?.getDependenciesList() ?? [];
  return {
    secretOutputs: request?.getAdditionalsecretoutputsList() ?? [],
    protect: request?.getProtect() === true,
    dependencies: urns.map((urn) => urn.split("::").at(-1) ?? "").toSorted(),
    // Its URN, of four parts, and its id.
    provider: request?.getProvider().split("::")[3],
    ignoreChanges: request?.getIgnorechangesList() ?? [],
  };
}

/** What the mocks are not told: they get the inputs of a resource, but not its options. */
function listen(told: (request: RegisterResourceRequest) => void): void {
  const monitor = runtime.getMonitor() as unknown as {
    registerResource(
      request: RegisterResourceRequest,
      callback: (error: Error | null, response: RegisterResourceResponse) => void,
    ): Promise<void>;
  };
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, callback) => {
    told(request);
    return register(request, callback);
  };
}

function opened(inputs: Values): { visible: Values; revealed: Values; secrets: string } {
  const secrets: unknown[] = [];
  const visible = replacingSecrets(inputs, (value) => {
    secrets.push(value);
    return SECRET;
  }) as Values;
  const revealed = replacingSecrets(inputs, (value) => value) as Values;
  return { visible, revealed, secrets: JSON.stringify(secrets) };
}

function replacingSecrets(value: unknown, by: (secret: unknown) => unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((inside) => replacingSecrets(inside, by));
  if (MARK in value) return by((value as Values)["value"]);
  return Object.fromEntries(
    Object.entries(value).map(([key, inside]) => [key, replacingSecrets(inside, by)]),
  );
}

/** What AWS says of a resource, once it is there. */
const ATTRIBUTES = [
  "arn",
  "arnSuffix",
  "dnsName",
  "name",
  "primaryEndpointAddress",
  "repositoryUrl",
  "resourceId",
  "secretId",
  "versionId",
] as const satisfies readonly Attribute[];

function attributesOf(name: string): Values {
  return Object.fromEntries(ATTRIBUTES.map((attribute) => [attribute, attributeText(name, attribute)]));
}

/** What an input says is known before the resource is there. */
function among(inputs: Values, outputs: Values): Values {
  return Object.fromEntries(Object.entries(outputs).filter(([key]) => key in inputs));
}

/** Stands for an attribute of a resource. */
function attributeText(name: string, attribute: Attribute): string {
  return `«${name}.${attribute}»`;
}

function outputsOf(type: string): Values {
  if (type === "any:index:Store") return { url: ANY_STORE_URL };
  const definition = resources.find((resource) => resource.type === type);
  return definition === undefined ? {} : (example(z.toJSONSchema(definition.outputs), type) as Values);
}

type Schema = z.core.JSONSchema.BaseSchema;

/** Some value that a schema allows. */
function example(schema: Schema, name: string): unknown {
  if (schema.enum !== undefined) return schema.enum[0];
  switch (schema.type) {
    case "object":
      return Object.fromEntries(
        Object.entries(schema.properties ?? { [`${name} one`]: schema.additionalProperties }).map(
          ([key, inside]) => [key, example(inside as Schema, key)],
        ),
      );
    case "array":
      return [];
    case "boolean":
      return false;
    case "integer":
    case "number":
      return schema.minimum ?? 1;
    default:
      return `${name} of the test`;
  }
}

/** Notes the names under which something is shared with others of the stack. */
export function noting<Resources extends Omit<StackResources, "store">>(
  given: Resources,
  names: string[],
): Resources {
  const shared: StackResources["shared"] = (name, declared) => {
    names.push(name);
    return given.shared(name, declared);
  };
  return { ...given, shared };
}
