import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import { expect, test } from "vitest";
import { Steps } from "./steps.ts";

const WORKER = "oxy:local:WorkerProcess::main-all";
const STORE = "oxy:local:RedisServer::store";
const STACK = "pulumi:pulumi:Stack::oxy-workers-local";
const CONDITION = { condition: { diffKind: "update", inputDiff: false } };
const SETTING = { "environment.OXY_LEASE_SECONDS": { diffKind: "add", inputDiff: true } };
const worker = { resource: "main-all", type: "oxy:local:WorkerProcess" };

/** As v3.259 tells an update of a stack whose worker was killed; what is not read is left out. */
const UPDATE = [
  before("refresh", STACK),
  after("refresh", STACK),
  before("refresh", STORE),
  before("refresh", WORKER),
  after("refresh", WORKER, CONDITION, "not running"),
  after("refresh", STORE, {}, "running"),
  before("same", STACK),
  said({ severity: "debug", message: "RegisterResource RPC prepared: a password is in it\n" }),
  before("same", STORE),
  after("same", STORE),
  before("update", WORKER, { ...CONDITION, ...SETTING }),
  said({ severity: "info", message: "starting\n", urn: urnOf(WORKER), ephemeral: true }),
  after("update", WORKER, { ...CONDITION, ...SETTING }, "running"),
  after("same", STACK),
];

test("an update tells what was found, and what is done to what changes", () => {
  const changed = { operation: "update", properties: ["condition", "environment.OXY_LEASE_SECONDS"] };
  expect(told(UPDATE)).toEqual([
    {
      kind: "step",
      state: "found",
      ...worker,
      operation: "update",
      properties: ["condition"],
      message: "not running",
    },
    { kind: "step", state: "started", ...worker, ...changed },
    { kind: "step", state: "working", ...worker, ...changed, message: "starting" },
    { kind: "step", state: "done", ...worker, ...changed, seconds: expect.any(Number) },
  ]);
});

test("a preview tells what it would do", () => {
  const events = [
    before("create", STACK),
    before("create", WORKER),
    after("create", WORKER),
    before("same", STORE),
  ];
  expect(told(events, true)).toEqual([{ kind: "step", state: "planned", ...worker, operation: "create" }]);
});

test("what is gone is told by a refresh", () => {
  const events = [before("refresh", WORKER), after("delete", WORKER)];
  expect(told(events)).toEqual([
    { kind: "step", state: "found", ...worker, operation: "delete", properties: [], message: "gone" },
  ]);
});

test("a failure is told with its reason, without the colours of a terminal", () => {
  const events = [
    before("create", WORKER),
    said({
      severity: "error",
      message: "\u001b[31mit was not ready within 60 s\u001b[0m\n",
      urn: urnOf(WORKER),
    }),
    { resOpFailedEvent: { metadata: metadata("create", WORKER), status: 0, steps: 1 } },
    said({ severity: "warning", message: "the disk is nearly full\n" }),
  ];
  expect(told(events).slice(1)).toEqual([
    { kind: "remark", severity: "error", resource: "main-all", message: "it was not ready within 60 s" },
    { kind: "step", state: "failed", ...worker, operation: "create", seconds: expect.any(Number) },
    { kind: "remark", severity: "warning", message: "the disk is nearly full" },
  ]);
});

test("what lasts is told again with what it said last, until it is over", () => {
  const steps = new Steps(false);
  read(steps, [before("delete", WORKER), before("delete", STORE)]);
  read(steps, [said({ severity: "info", message: "draining\n", urn: urnOf(WORKER), ephemeral: true })]);
  expect(steps.lasting(60_000)).toEqual([]);
  const lasting = { kind: "step", state: "working", operation: "delete", seconds: 0 };
  const store = { resource: "store", type: "oxy:local:RedisServer" };
  expect(steps.lasting(-1)).toEqual([
    { ...lasting, ...worker, message: "draining" },
    { ...lasting, ...store, message: "delete" },
  ]);
  read(steps, [after("delete", WORKER)]);
  expect(steps.lasting(-1)).toEqual([{ ...lasting, ...store, message: "delete" }]);
});

function told(events: readonly object[], preview = false): unknown[] {
  return read(new Steps(preview), events).filter((step) => step !== undefined);
}

function read(steps: Steps, events: readonly object[]): unknown[] {
  return events.map((event, sequence) => steps.read({ sequence, timestamp: 0, ...event } as EngineEvent));
}

function before(op: string, resource: string, detailedDiff: object | null = null): object {
  return { resourcePreEvent: { metadata: { ...metadata(op, resource), detailedDiff } } };
}

function after(op: string, resource: string, detailedDiff: object | null = null, condition?: string): object {
  const found = condition === undefined ? {} : { new: { outputs: { condition } } };
  return { resOutputsEvent: { metadata: { ...metadata(op, resource), ...found, detailedDiff } } };
}

function said(event: { severity: string; message: string; urn?: string; ephemeral?: boolean }): object {
  return { diagnosticEvent: { color: "never", ...event } };
}

function metadata(op: string, resource: string): object {
  return { op, urn: urnOf(resource), type: resource.split("::")[0], provider: "" };
}

function urnOf(resource: string): string {
  return `urn:pulumi:local::oxy-workers::${resource}`;
}
