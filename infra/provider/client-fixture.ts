import { credentials, Metadata, type CallOptions, type ServiceError } from "@grpc/grpc-js";
import services from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import type { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import messages from "@pulumi/pulumi/proto/provider_pb.js";
import type { DiffResponse } from "@pulumi/pulumi/proto/provider_pb.js";
import type { Struct as StructMessage } from "google-protobuf/google/protobuf/struct_pb.js";
import { Empty, Struct } from "./protocol.ts";

/** Properties as they are on the wire. */
export type Wire = Record<string, unknown>;

export const UNKNOWN_TEXT = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export function secret(value: unknown): Wire {
  return { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", value };
}

export function struct(values: Wire): StructMessage {
  return Struct.fromJavaScript(values as Parameters<typeof Struct.fromJavaScript>[0]);
}

/** The last of the forms that a method of a client has. */
type Call<Request, Response> = (
  request: Request,
  metadata: Metadata,
  options: Partial<CallOptions>,
  callback: (error: ServiceError | null, response: Response) => void,
) => unknown;

/** Speaks to a provider as the engine does, about one resource. */
export class TestEngine {
  readonly client: ResourceProviderClient;
  readonly urn: string;
  readonly type: string;

  constructor(address: string, type = "oxy:toy:Thing") {
    this.client = new services.ResourceProviderClient(address, credentials.createInsecure());
    this.type = type;
    this.urn = `urn:pulumi:test::project::${type}::one`;
  }

  close(): void {
    this.client.close();
  }

  call<Request, Response>(method: Call<Request, Response>, request: Request): Promise<Response> {
    return new Promise((resolve, reject) => {
      method.call(this.client, request, new Metadata(), {}, (error, response) =>
        error === null ? resolve(response) : reject(error),
      );
    });
  }

  async handshake(engineAddress = ""): Promise<object> {
    const request = new messages.ProviderHandshakeRequest();
    request.setEngineAddress(engineAddress);
    return (await this.call(this.client.handshake, request)).toObject();
  }

  async configure(config: Wire): Promise<object> {
    const request = new messages.ConfigureRequest();
    request.setArgs(struct(config));
    return (await this.call(this.client.configure, request)).toObject();
  }

  async checkConfig(config: Wire): Promise<{ inputs: Wire; failures: object[] }> {
    const request = new messages.CheckRequest();
    request.setNews(struct(config));
    return checkedOf(await this.call(this.client.checkConfig, request));
  }

  async diffConfig(old: Wire, next: Wire): Promise<Differences> {
    const request = new messages.DiffRequest();
    request.setOldInputs(struct(old));
    request.setOlds(struct(old));
    request.setNews(struct(next));
    return differencesOf(await this.call(this.client.diffConfig, request));
  }

  async schema(): Promise<unknown> {
    const response = await this.call(this.client.getSchema, new messages.GetSchemaRequest());
    return JSON.parse(response.getSchema());
  }

  async check(inputs: Wire): Promise<{ inputs: Wire; failures: { property: string; reason: string }[] }> {
    const request = this.#about(new messages.CheckRequest());
    request.setOlds(struct({}));
    request.setNews(struct(inputs));
    return checkedOf(await this.call(this.client.check, request));
  }

  async diff(old: Wire, state: Wire, next: Wire, ignoreChanges: string[] = []): Promise<Differences> {
    const request = this.#about(new messages.DiffRequest());
    request.setId("thing-one");
    request.setOldInputs(struct(old));
    request.setOlds(struct(state));
    request.setNews(struct(next));
    request.setIgnorechangesList(ignoreChanges);
    return differencesOf(await this.call(this.client.diff, request));
  }

  async create(inputs: Wire, options: { preview?: boolean; timeout?: number } = {}): Promise<Created> {
    const request = this.#about(new messages.CreateRequest());
    request.setProperties(struct(inputs));
    request.setPreview(options.preview ?? false);
    request.setTimeout(options.timeout ?? 0);
    const response = await this.call(this.client.create, request);
    return { id: response.getId(), state: wireOf(response.getProperties()) };
  }

  async read(id: string, known?: { inputs: Wire; state: Wire }): Promise<Created & { inputs: Wire }> {
    const request = this.#about(new messages.ReadRequest());
    request.setId(id);
    if (known !== undefined) {
      request.setInputs(struct(known.inputs));
      request.setProperties(struct(known.state));
    }
    const response = await this.call(this.client.read, request);
    const state = wireOf(response.getProperties());
    return { id: response.getId(), inputs: wireOf(response.getInputs()), state };
  }

  async update(id: string, old: Wire, state: Wire, next: Wire, preview = false): Promise<Wire> {
    const request = this.#about(new messages.UpdateRequest());
    request.setId(id);
    request.setOldInputs(struct(old));
    request.setOlds(struct(state));
    request.setNews(struct(next));
    request.setPreview(preview);
    return wireOf((await this.call(this.client.update, request)).getProperties());
  }

  async delete(id: string, inputs: Wire, state: Wire): Promise<void> {
    const request = this.#about(new messages.DeleteRequest());
    request.setId(id);
    request.setOldInputs(struct(inputs));
    request.setProperties(struct(state));
    await this.call(this.client.delete, request);
  }

  async cancel(): Promise<void> {
    await this.call(this.client.cancel, new Empty());
  }

  #about<
    Request extends {
      setUrn(urn: string): unknown;
      setType(type: string): unknown;
      setName(name: string): unknown;
    },
  >(request: Request): Request {
    request.setUrn(this.urn);
    request.setType(this.type);
    request.setName("one");
    return request;
  }
}

interface Created {
  readonly id: string;
  readonly state: Wire;
}

interface Differences {
  readonly isChanged: boolean;
  readonly replaces: string[];
  /** By path, as `add`, `delete_replace` and so on. */
  readonly details: Readonly<Record<string, string>>;
}

function wireOf(message: StructMessage | undefined): Wire {
  return message?.toJavaScript() ?? {};
}

function checkedOf(response: InstanceType<typeof messages.CheckResponse>) {
  return {
    inputs: wireOf(response.getInputs()),
    failures: response.getFailuresList().map((failure) => failure.toObject()),
  };
}

function differencesOf(response: DiffResponse): Differences {
  const names = Object.fromEntries(
    Object.entries(messages.PropertyDiff.Kind).map(([name, kind]) => [kind, name.toLowerCase()]),
  );
  const details = response.getDetaileddiffMap().getEntryList() as [string, unknown][];
  return {
    isChanged: response.getChanges() === messages.DiffResponse.DiffChanges.DIFF_SOME,
    replaces: response.getReplacesList(),
    details: Object.fromEntries(
      details.map(([path]) => [path, names[response.getDetaileddiffMap().get(path)?.getKind() ?? 0] ?? ""]),
    ),
  };
}
