import { Metadata, status, type StatusObject } from "@grpc/grpc-js";
import type * as Messages from "@pulumi/pulumi/proto/provider_pb.js";
import type { Change, Recorded } from "./difference.ts";
import type { Incomplete } from "./incomplete.ts";
import { formatPath } from "./paths.ts";
import { encode } from "./properties.ts";
import { CheckFailure, CheckResponse, ConfigureResponse, CreateResponse, DiffResponse } from "./protocol.ts";
import { Any, ErrorResourceInitFailed, Status } from "./protocol.ts";
import { PropertyDiff, ProviderHandshakeResponse, ReadResponse, UpdateResponse } from "./protocol.ts";
import type { Values } from "./values.ts";

const KINDS = {
  add: [PropertyDiff.Kind.ADD, PropertyDiff.Kind.ADD_REPLACE],
  delete: [PropertyDiff.Kind.DELETE, PropertyDiff.Kind.DELETE_REPLACE],
  update: [PropertyDiff.Kind.UPDATE, PropertyDiff.Kind.UPDATE_REPLACE],
} as const;

/** Secrets come marked; what else the engine could send, it sends as plain values unless it is accepted here. */
export function handshaken(): Messages.ProviderHandshakeResponse {
  const response = new ProviderHandshakeResponse();
  response.setAcceptSecrets(true);
  return response;
}

/** The same for an engine that does not shake hands. */
export function configured(): Messages.ConfigureResponse {
  const response = new ConfigureResponse();
  response.setAcceptsecrets(true);
  response.setSupportspreview(true);
  return response;
}

export function checked(inputs: Values, problems: readonly string[]): Messages.CheckResponse {
  const response = new CheckResponse();
  response.setInputs(encode(inputs));
  for (const problem of problems) {
    // Without the property: the engine would print the value of one that it is told, secret or not.
    const failure = new CheckFailure();
    failure.setReason(problem);
    response.addFailures(failure);
  }
  return response;
}

export function compared(changes: readonly Change[]): Messages.DiffResponse {
  const response = new DiffResponse();
  const { DIFF_SOME, DIFF_NONE } = DiffResponse.DiffChanges;
  response.setChanges(changes.length > 0 ? DIFF_SOME : DIFF_NONE);
  response.setDiffsList(keysOf(changes));
  response.setReplacesList(keysOf(changes.filter(({ replaces }) => replaces)));
  response.setHasdetaileddiff(true);
  for (const { path, kind, isInput, replaces } of changes) {
    const difference = new PropertyDiff();
    difference.setKind(KINDS[kind][replaces ? 1 : 0]);
    difference.setInputdiff(isInput);
    response.getDetaileddiffMap().set(formatPath(path), difference);
  }
  return response;
}

export function created(id: string, state: Values): Messages.CreateResponse {
  const response = new CreateResponse();
  response.setId(id);
  response.setProperties(encode(state));
  return response;
}

/** Without an id when there is nothing. */
export function seen(id: string, recorded: Recorded | undefined): Messages.ReadResponse {
  const response = new ReadResponse();
  if (recorded === undefined) return response;
  response.setId(id);
  response.setInputs(encode(recorded.inputs));
  response.setProperties(encode(recorded.state));
  return response;
}

/** That a creation failed, with what is there of it: Go's way to send more than a sentence with an error. */
export function incomplete(sentence: string, { id, left }: Incomplete): Partial<StatusObject> {
  const failure = new ErrorResourceInitFailed();
  failure.setId(id);
  failure.setInputs(encode(left.inputs));
  failure.setProperties(encode(left.state));
  failure.setReasonsList([sentence]);
  const detail = new Any();
  detail.pack(failure.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const message = new Status();
  message.setCode(status.UNKNOWN);
  message.setMessage(sentence);
  message.addDetails(detail);
  const metadata = new Metadata();
  metadata.add("grpc-status-details-bin", Buffer.from(message.serializeBinary()));
  return { code: status.UNKNOWN, details: sentence, metadata };
}

export function updated(state: Values): Messages.UpdateResponse {
  const response = new UpdateResponse();
  response.setProperties(encode(state));
  return response;
}

function keysOf(changes: readonly Change[]): string[] {
  return [...new Set(changes.map(({ path }) => String(path[0])))];
}
