import { status, type handleUnaryCall, type UntypedServiceImplementation } from "@grpc/grpc-js";
import type { Struct } from "google-protobuf/google/protobuf/struct_pb.js";
import type * as Messages from "@pulumi/pulumi/proto/provider_pb.js";
import * as answers from "../../../provider/answers.ts";
import { Incomplete } from "../../../provider/incomplete.ts";
import { Operations } from "../../../provider/operations.ts";
import { decode } from "../../../provider/properties.ts";
import { Empty, PluginInfo } from "../../../provider/protocol.ts";
import { Refused, refusalOf } from "../../../provider/refusal.ts";
import { Secrets } from "../../../provider/secrets.ts";
import { unimplemented } from "../../../provider/unimplemented.ts";
import { plainValues, type Values } from "../../../provider/values.ts";
import type { Fault } from "../../faults.ts";
import type { Watch } from "../../watch.ts";
import { NotReady, type Doing } from "../live.ts";
import { AwsRefused } from "../refused.ts";
import type { Declarations } from "../sdk/declarations.ts";
import { problemsOf, regionIn } from "./configuration.ts";
import type { Named, Region, Resources } from "./resources.ts";

/** As long as AWS's provider waits unless told, in s. */
const PATIENCE_SECONDS = 20 * 60;
const ROUTE = "/:type/:name";
const METHODS = { creating: "POST", reading: "GET", updating: "PUT", deleting: "DELETE" } as const;

interface About {
  getUrn(): string;
  getType(): string;
  getName(): string;
}

interface PluginParts {
  /** Number of the account. */
  readonly account: string;
  readonly resources: Resources;
  readonly declarations: Declarations;
  readonly watch: Watch;
  /** Of a defect. */
  readonly log: (line: string) => void;
}

/** One engine's connection; several may deploy at the same time, each with a configuration of its own. */
interface Connection {
  readonly operations: Operations;
  region?: Region;
}

/**
 * Stands in for Pulumi's `aws` plugin. Types and properties are held against `@pulumi/aws`; what it answers is what AWS's
 * own provider would as far as others depend on it. It proves config, secrets, references and order, and nothing about
 * AWS: no limit, no permission of whoever deploys, and no value that only AWS judges.
 */
export class AwsPlugin {
  readonly #parts: PluginParts;
  readonly #secrets = new Secrets();
  readonly #connections = new Map<string, Connection>();

  constructor(parts: PluginParts) {
    this.#parts = parts;
  }

  service(): UntypedServiceImplementation {
    return { ...unimplemented("aws"), ...this.#aboutProvider(), ...this.#aboutResources() };
  }

  #aboutProvider() {
    return {
      handshake: this.#answer(() => answers.handshaken()),
      attach: this.#answer(() => new Empty()),
      getPluginInfo: this.#answer(() => {
        const info = new PluginInfo();
        info.setVersion("7.48.0");
        return info;
      }),
      checkConfig: this.#answer(async (request: Messages.CheckRequest) => {
        const given = decode(request.getNews());
        return answers.checked(given, await problemsOf(given, this.#parts.declarations));
      }),
      diffConfig: this.#answer((request: Messages.DiffRequest) => {
        const [old, next] = [request.getOldInputs() ?? request.getOlds(), request.getNews()].map(regionOf);
        // Nothing moves to another region.
        const isMoved = old !== next;
        return answers.compared(
          isMoved ? [{ path: ["region"], kind: "update", isInput: true, replaces: true }] : [],
        );
      }),
      configure: this.#answer((request: Messages.ConfigureRequest, connection) => {
        const given = decode(request.getArgs());
        this.#secrets.add(given);
        connection.region = asPrecondition(() => regionIn(given, this.#parts.account));
        return answers.configured();
      }),
      cancel: this.#answer((_request: object, connection) => {
        connection.operations.cancel();
        return new Empty();
      }),
    };
  }

  #aboutResources() {
    const { resources } = this.#parts;
    return {
      check: this.#answer(async (request: Messages.CheckRequest) => {
        const checked = resources.check(
          named(request),
          this.#open(request.getNews()),
          decode(request.getOlds()),
        );
        const { inputs, problems } = await checked;
        return answers.checked(
          inputs,
          problems.map((problem) => `${named(request).type}: ${problem}`),
        );
      }),
      diff: this.#answer(async (request: Messages.DiffRequest) => {
        const old = {
          inputs: this.#open(request.getOldInputs() ?? request.getOlds()),
          state: this.#open(request.getOlds()),
        };
        const next = this.#open(request.getNews());
        const { changes, deletesFirst } = await resources.diff(
          named(request),
          old,
          next,
          request.getIgnorechangesList(),
        );
        const response = answers.compared(changes);
        response.setDeletebeforereplace(deletesFirst && changes.some(({ replaces }) => replaces));
        return response;
      }),
      create: this.#answer(async (request: Messages.CreateRequest, connection) => {
        const inputs = this.#open(request.getProperties());
        const about = named(request);
        if (request.getPreview()) return answers.created("", await resources.previewCreate(about, inputs));
        const region = regionOfConnection(connection);
        const { id, state } = await this.#do("creating", request, inputs, connection, (doing) =>
          resources.create(about, inputs, region, doing),
        );
        return answers.created(id, state);
      }),
      read: this.#answer(async (request: Messages.ReadRequest, connection) => {
        const isRecorded = request.hasInputs() && request.hasProperties();
        const [inputs, state] = [this.#open(request.getInputs()), this.#open(request.getProperties())];
        const id = request.getId();
        const found = await this.#do("reading", request, {}, connection, () =>
          resources.read(named(request), id, isRecorded ? { inputs, state } : undefined),
        );
        return answers.seen(id, found);
      }),
      update: this.#answer(async (request: Messages.UpdateRequest, connection) => {
        const next = this.#open(request.getNews());
        if (request.getPreview()) return answers.updated({ ...decode(request.getOlds()), ...next });
        const region = regionOfConnection(connection);
        const state = await this.#do("updating", request, next, connection, (doing) =>
          resources.update(named(request), request.getId(), next, region, doing),
        );
        return answers.updated(state);
      }),
      delete: this.#answer(async (request: Messages.DeleteRequest, connection) => {
        await this.#do("deleting", request, {}, connection, () =>
          resources.delete(named(request), request.getId()),
        );
        return new Empty();
      }),
    };
  }

  #open(struct: Struct | undefined): Values {
    const values = decode(struct);
    this.#secrets.add(values);
    return values;
  }

  /** Carries out what AWS would be asked for, and notes it. */
  async #do<Result>(
    what: keyof typeof METHODS,
    request: About & { getTimeout(): number },
    inputs: Values,
    { operations }: Connection,
    work: (doing: Doing) => Promise<Result>,
  ): Promise<Result> {
    const { watch } = this.#parts;
    const { type, name } = named(request);
    // What is secret stays so, also at the desk.
    const body = JSON.parse(this.#secrets.redact(JSON.stringify(plainValues(inputs)))) as object;
    const call = { method: METHODS[what], path: `/${type}/${name}`, body };
    const note = (code: number) => watch.note({ ...call, route: ROUTE, query: {}, status: code });
    const fault = watch.fault(call);
    if (fault !== undefined && fault.kind !== "cut after") {
      note(fault.kind === "status" ? fault.status : 0);
      throw interrupted(fault);
    }
    try {
      const seconds = request.getTimeout() || PATIENCE_SECONDS;
      const result = await operations.run(`${what} ${type} ${name}`, seconds, (signal) =>
        work({ signal, progress: () => {} }),
      );
      note(fault === undefined ? 200 : 0);
      if (fault !== undefined) throw interrupted(fault);
      return result;
    } catch (error) {
      if (!(error instanceof Refused)) note(400);
      throw worded(error, `${what} ${type} (${name})`);
    }
  }

  #answer<Request, Response>(
    answer: (request: Request, connection: Connection) => Response | Promise<Response>,
  ): handleUnaryCall<Request, Response> {
    return (call, callback) => {
      void (async () => {
        try {
          callback(null, await answer(call.request, this.#connection(call.getPeer())));
        } catch (error) {
          const { code, details, defect, left } = refusalOf(worded(error, ""));
          if (defect !== undefined) this.#parts.log(this.#secrets.redact(defect));
          const sentence = this.#secrets.redact(details);
          callback(left === undefined ? { code, details: sentence } : answers.incomplete(sentence, left));
        }
      })();
    };
  }

  #connection(peer: string): Connection {
    const known = this.#connections.get(peer) ?? { operations: new Operations() };
    this.#connections.set(peer, known);
    return known;
  }
}

function named(about: About): Named {
  return {
    type: about.getType() || (about.getUrn().split("::")[2]?.split("$").at(-1) ?? ""),
    name: about.getName() || (about.getUrn().split("::").at(-1) ?? ""),
  };
}

function regionOf(struct: Struct | undefined): string {
  return String(plainValues(decode(struct))["region"] ?? "");
}

function regionOfConnection({ region }: Connection): Region {
  if (region === undefined) throw new Refused(status.FAILED_PRECONDITION, "the provider is not configured");
  return region;
}

function asPrecondition<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw new Refused(status.FAILED_PRECONDITION, (error as Error).message);
  }
}

/** What of AWS's words the engine is told. */
function worded(error: unknown, what: string): unknown {
  if (error instanceof Incomplete)
    return new Incomplete(error.id, error.left, worded(error.cause, what) as Error);
  if (error instanceof AwsRefused)
    return new Refused(
      status.FAILED_PRECONDITION,
      `${what}${what === "" ? "" : ": "}${error.code}: ${error.message}`,
    );
  if (error instanceof NotReady) return new Refused(status.FAILED_PRECONDITION, error.message);
  return error;
}

function interrupted(fault: Fault): Refused {
  return fault.kind === "status"
    ? new Refused(
        status.FAILED_PRECONDITION,
        `StatusCode: ${fault.status}, api error: ${fault.message ?? "injected"}`,
      )
    : new Refused(status.UNAVAILABLE, "request send failed: connection reset by peer");
}
