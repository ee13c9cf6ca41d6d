import {
  status,
  type handleUnaryCall,
  type sendUnaryData,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import type { Empty as EmptyMessage } from "google-protobuf/google/protobuf/empty_pb.js";
import type { Struct } from "google-protobuf/google/protobuf/struct_pb.js";
import type * as Plugin from "@pulumi/pulumi/proto/plugin_pb.js";
import type { IResourceProviderServer } from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import type * as Messages from "@pulumi/pulumi/proto/provider_pb.js";
import { closestMatch } from "leven";
import { ApiClient } from "../api/client.ts";
import { credentialsOf, missingCredentials, type Settings } from "../api/api.ts";
import * as answers from "./answers.ts";
import { MACHINES_KEYS, settingsIn, type Config } from "./config.ts";
import { compare, type Recorded } from "./difference.ts";
import type { Engine } from "./engine.ts";
import { kindOf, type Kind } from "./kind.ts";
import { Lifecycle } from "./lifecycle.ts";
import { Operations } from "./operations.ts";
import { packageSchema } from "./package-schema.ts";
import { isBelow } from "./paths.ts";
import { decode } from "./properties.ts";
import { Empty, GetSchemaResponse, PluginInfo } from "./protocol.ts";
import { checkConfig, markConfig, readConfig } from "./provider-config.ts";
import { Refused, refusalOf } from "./refusal.ts";
import type { AnyResource, Context } from "./resource.ts";
import { Secrets } from "./secrets.ts";
import { unimplemented } from "./unimplemented.ts";
import { pick, Secret, type Values } from "./values.ts";

/** For a look at what a failed creation left; the engine does not wait for long when it was told to stop. */
const AFTERMATH_MS = 1_500;

export interface ProviderOptions {
  readonly resources: readonly AnyResource[];
  readonly version: string;
  readonly engine: Engine;
  /** Where APIs find their credentials, unless the configuration has them. */
  readonly environment: Settings;
  readonly log: (line: string) => void;
}

/** Every request about a resource says which. */
interface About {
  getUrn(): string;
  getType(): string;
  getName(): string;
}

type Service = Omit<
  IResourceProviderServer,
  "parameterize" | "invoke" | "call" | "list" | "construct" | "getMapping" | "getMappings"
>;

/** The engine's requests, answered for any list of resources. */
export class Provider {
  readonly #options: ProviderOptions;
  readonly #kinds: ReadonlyMap<string, Kind>;
  readonly #operations = new Operations();
  /** All that this process was ever told, to be cut out of whatever it says. */
  readonly #secrets = new Secrets();
  #config: Config | undefined;
  #markedConfig: Values = {};
  /** What APIs are called with. */
  #settings: Settings = {};

  constructor(options: ProviderOptions) {
    this.#options = options;
    this.#kinds = new Map(options.resources.map((resource) => [resource.type, kindOf(resource)]));
    if (this.#kinds.size < options.resources.length) throw new TypeError("two resources have the same type");
  }

  /** Aborts what is being done, for good. */
  cancel(): void {
    this.#operations.cancel();
  }

  /** Resolves when nothing is being done any more. */
  settled(): Promise<void> {
    return this.#operations.settled();
  }

  redact(text: string): string {
    return this.#secrets.redact(text);
  }

  service(): UntypedServiceImplementation {
    return { ...unimplemented("oxy"), ...this.#aboutProvider(), ...this.#aboutResources() };
  }

  #aboutProvider() {
    return {
      handshake: this.#answer((request: Messages.ProviderHandshakeRequest) => {
        if (request.getEngineAddress() !== "") this.#options.engine.attach(request.getEngineAddress());
        return answers.handshaken();
      }),
      attach: this.#answer((request: Plugin.PluginAttach) => {
        this.#options.engine.attach(request.getAddress());
        return new Empty();
      }),
      getPluginInfo: this.#answer<EmptyMessage, Plugin.PluginInfo>(() => {
        const info = new PluginInfo();
        info.setVersion(this.#options.version);
        return info;
      }),
      getSchema: this.#answer((request: Messages.GetSchemaRequest) => {
        const version = request.getVersion();
        if (version !== 0)
          throw new Refused(status.INVALID_ARGUMENT, `there is no version ${version} of schemas`);
        const response = new GetSchemaResponse();
        response.setSchema(JSON.stringify(packageSchema([...this.#kinds.values()], this.#options.version)));
        return response;
      }),
      checkConfig: this.#answer((request: Messages.CheckRequest) => {
        const { inputs, problems } = checkConfig(decode(request.getNews()));
        return answers.checked(inputs, problems);
      }),
      diffConfig: this.#answer((request: Messages.DiffRequest) => {
        const old = decode(request.getOldInputs() ?? request.getOlds());
        const changes = compare(markConfig(old), markConfig(decode(request.getNews())), [])
          .filter(({ path }) => !MACHINES_KEYS.has(String(path[0])))
          .filter(({ path }) => !request.getIgnorechangesList().some((pattern) => isBelow(path, pattern)))
          .map(({ path, kind }) => ({ path, kind, isInput: true, replaces: false }));
        return answers.compared(changes);
      }),
      configure: this.#answer((request: Messages.ConfigureRequest) => {
        const given = markConfig(decode(request.getArgs()));
        this.#secrets.add(given);
        this.#config = readConfig(given);
        this.#markedConfig = given;
        this.#settings = { ...this.#options.environment, ...settingsIn(this.#config) };
        for (const { resource } of this.#kinds.values()) {
          if (resource.api === undefined) continue;
          for (const value of Object.values(credentialsOf(resource.api, this.#settings)))
            this.#secrets.add(new Secret(value));
        }
        return answers.configured();
      }),
      cancel: this.#answer<EmptyMessage, EmptyMessage>(() => {
        this.cancel();
        return new Empty();
      }),
    } satisfies Partial<Service>;
  }

  #aboutResources() {
    return {
      check: this.#answer((request: Messages.CheckRequest) => {
        const { lifecycle, open } = this.#begin(request);
        this.#requireCredentials(request);
        const { inputs, problems } = lifecycle.check(open(request.getNews()));
        return answers.checked(inputs, problems);
      }),
      diff: this.#answer((request: Messages.DiffRequest) => {
        const { lifecycle, open, recorded } = this.#begin(request);
        const old = recorded(request.getOldInputs(), request.getOlds());
        return answers.compared(lifecycle.diff(old, open(request.getNews()), request.getIgnorechangesList()));
      }),
      create: this.#answer(async (request: Messages.CreateRequest) => {
        const { lifecycle, open, run } = this.#begin(request);
        const inputs = open(request.getProperties());
        if (request.getPreview()) return answers.created("", lifecycle.previewCreate(inputs));
        const aftermath = () => this.#contextOf(request, AbortSignal.timeout(AFTERMATH_MS));
        const { id, state } = await run("creating", request.getTimeout(), (context) =>
          lifecycle.create(inputs, context, aftermath),
        );
        return answers.created(id, state);
      }),
      read: this.#answer(async (request: Messages.ReadRequest) => {
        const { lifecycle, recorded, run } = this.#begin(request);
        const isRecorded = request.hasInputs() && request.hasProperties();
        const old = isRecorded ? recorded(request.getInputs(), request.getProperties()) : undefined;
        const id = request.getId();
        const found = await run("reading", request.getTimeout(), (context) =>
          lifecycle.read(id, old, context),
        );
        return answers.seen(id, found);
      }),
      update: this.#answer(async (request: Messages.UpdateRequest) => {
        const { lifecycle, open, recorded, run } = this.#begin(request);
        const old = recorded(request.getOldInputs(), request.getOlds());
        const next = open(request.getNews());
        if (request.getPreview())
          return answers.updated(lifecycle.previewUpdate(old, next, request.getIgnorechangesList()));
        const state = await run("updating", request.getTimeout(), (context) =>
          lifecycle.update(request.getId(), old, next, context),
        );
        return answers.updated(state);
      }),
      delete: this.#answer(async (request: Messages.DeleteRequest) => {
        const { lifecycle, recorded, run } = this.#begin(request);
        const old = recorded(request.getOldInputs(), request.getProperties());
        await run("deleting", request.getTimeout(), (context) =>
          lifecycle.delete(request.getId(), old, context),
        );
        return new Empty();
      }),
    } satisfies Partial<Service>;
  }

  /** What a request about a resource is served with. */
  #begin(about: About) {
    const kind = this.#kindOf(about);
    const secrets = new Secrets(this.#secrets);
    secrets.add(this.#markedConfig);
    const open = (struct: Struct | undefined): Values => {
      const values = decode(struct);
      secrets.add(values);
      return values;
    };
    const recorded = (inputs: Struct | undefined, state: Struct | undefined): Recorded => {
      const opened = open(state);
      return {
        inputs: inputs === undefined ? pick(opened, (key) => kind.inputKeys.has(key)) : open(inputs),
        state: opened,
      };
    };
    const run = <Result>(doing: string, timeout: number, work: (context: Context) => Promise<Result>) =>
      this.#operations.run(
        `${doing} ${kind.resource.type} ${JSON.stringify(nameOf(about))}`,
        timeout,
        async (signal) => work(this.#contextOf(about, signal)),
      );
    return { lifecycle: new Lifecycle(kind, secrets), open, recorded, run };
  }

  #kindOf(about: About): Kind {
    const type = about.getType() || (about.getUrn().split("::")[2]?.split("$").at(-1) ?? "");
    const kind = this.#kinds.get(type);
    if (kind !== undefined) return kind;
    const nearest = closestMatch(type, [...this.#kinds.keys()]);
    const instead = nearest === undefined ? "" : ` (the nearest is ${nearest})`;
    throw new Refused(status.INVALID_ARGUMENT, `there is no resource ${type}${instead}`);
  }

  /** Told by the first preview, and not in the middle of a deployment. */
  #requireCredentials(about: About): void {
    const { api } = this.#kindOf(about).resource;
    const missing = api === undefined ? [] : missingCredentials(api, this.#settings);
    if (missing.length > 0) throw new Refused(status.FAILED_PRECONDITION, missing.join("; "));
  }

  #contextOf(about: About, signal: AbortSignal): Context {
    if (this.#config === undefined)
      throw new Refused(status.FAILED_PRECONDITION, "the provider is not configured");
    const progress = (message: string) => this.#options.engine.status(about.getUrn(), this.redact(message));
    return {
      home: this.#config.home,
      signal,
      progress,
      api: (api) => new ApiClient(api, this.#settings, { signal, progress }),
    };
  }

  #answer<Request, Response>(
    answer: (request: Request) => Response | Promise<Response>,
  ): handleUnaryCall<Request, Response> {
    return ({ request }, callback) => void this.#settle(request, answer, callback);
  }

  async #settle<Request, Response>(
    request: Request,
    answer: (request: Request) => Response | Promise<Response>,
    callback: sendUnaryData<Response>,
  ): Promise<void> {
    try {
      callback(null, await answer(request));
    } catch (error) {
      const { code, details, defect, left } = refusalOf(error);
      if (defect !== undefined) this.#options.log(this.redact(defect));
      const sentence = this.redact(details);
      callback(left === undefined ? { code, details: sentence } : answers.incomplete(sentence, left));
    }
  }
}

function nameOf(about: About): string {
  return about.getName() || (about.getUrn().split("::").at(-1) ?? "");
}
