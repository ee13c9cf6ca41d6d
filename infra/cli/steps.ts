import { stripVTControlCharacters } from "node:util";
import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";

/** What the engine does to one resource. */
export interface Step {
  readonly kind: "step";
  /** `found`: by a refresh, to be otherwise than the state has it. */
  readonly state: "planned" | "started" | "working" | "done" | "failed" | "found";
  readonly operation: string;
  readonly resource: string;
  readonly type: string;
  /** Names of the properties that differ, for a change. */
  readonly properties?: readonly string[];
  readonly seconds?: number;
  readonly message?: string;
}

/** A sentence of the engine or of a resource. */
export interface Remark {
  readonly kind: "remark";
  readonly severity: "warning" | "error";
  readonly resource?: string;
  readonly message: string;
}

type Metadata = NonNullable<EngineEvent["resourcePreEvent"]>["metadata"];

/** Operations that change nothing, and are not shown. */
const QUIET = new Set(["same", "refresh", "read"]);

interface Running {
  readonly step: Omit<Step, "state">;
  readonly since: number;
  /** The last that it said of itself. */
  message?: string;
}

/** Turns the engine's events into what is worth telling. */
export class Steps {
  readonly #preview: boolean;
  readonly #running = new Map<string, Running>();
  readonly #refreshing = new Set<string>();

  constructor(preview: boolean) {
    this.#preview = preview;
  }

  read(event: EngineEvent): Step | Remark | undefined {
    const { resourcePreEvent, resOutputsEvent, resOpFailedEvent, diagnosticEvent } = event;
    if (resourcePreEvent) return this.#begun(resourcePreEvent.metadata);
    if (resOutputsEvent) {
      return this.#found(resOutputsEvent.metadata) ?? this.#ended(resOutputsEvent.metadata.urn, "done");
    }
    if (resOpFailedEvent) return this.#ended(resOpFailedEvent.metadata.urn, "failed");
    if (diagnosticEvent) return this.#said(diagnosticEvent);
    return undefined;
  }

  /** What has been under way for longer than that. */
  lasting(milliseconds: number): Step[] {
    const now = performance.now();
    const lasting = [...this.#running.values()].filter(({ since }) => now - since > milliseconds);
    return lasting.map(({ step, since, message = step.operation }) => {
      const seconds = Math.round((now - since) / 1000);
      return Object.assign({}, step, { state: "working", message, seconds } as const);
    });
  }

  #begun({ op, urn, type, detailedDiff }: Metadata): Step | undefined {
    if (op === "refresh") this.#refreshing.add(urn);
    if (QUIET.has(op) || type.startsWith("pulumi:")) return undefined;
    const properties = Object.keys(detailedDiff ?? {});
    const step: Omit<Step, "state"> = {
      kind: "step",
      operation: op,
      resource: nameOf(urn),
      type,
      ...(properties.length > 0 ? { properties } : {}),
    };
    if (this.#preview) return { ...step, state: "planned" };
    this.#running.set(urn, { step, since: performance.now() });
    return { ...step, state: "started" };
  }

  /** A refresh that ends with a difference is drift. */
  #found({ op, urn, type, detailedDiff, new: found }: Metadata): Step | undefined {
    const properties = Object.keys(detailedDiff ?? {});
    if (!this.#refreshing.delete(urn) || type.startsWith("pulumi:")) return undefined;
    if (QUIET.has(op) && properties.length === 0) return undefined;
    const condition = found?.outputs["condition"] as unknown;
    return {
      kind: "step",
      state: "found",
      operation: op === "refresh" ? "update" : op,
      resource: nameOf(urn),
      type,
      properties,
      message: op === "delete" ? "gone" : typeof condition === "string" ? condition : "changed",
    };
  }

  #ended(urn: string, state: "done" | "failed"): Step | undefined {
    const running = this.#running.get(urn);
    if (running === undefined) return undefined;
    this.#running.delete(urn);
    return {
      ...running.step,
      state,
      seconds: Number(((performance.now() - running.since) / 1000).toFixed(1)),
    };
  }

  #said(event: NonNullable<EngineEvent["diagnosticEvent"]>): Step | Remark | undefined {
    const { severity, urn, ephemeral } = event;
    const message = stripVTControlCharacters(event.message).trim();
    const running = urn === undefined ? undefined : this.#running.get(urn);
    if (ephemeral === true || severity === "info") {
      if (running === undefined || message === "") return undefined;
      running.message = message;
      return { ...running.step, state: "working", message };
    }
    if (severity !== "warning" && severity !== "error") return undefined;
    return { kind: "remark", severity, ...(urn ? { resource: nameOf(urn) } : {}), message };
  }
}

function nameOf(urn: string): string {
  return urn.split("::").at(-1) ?? urn;
}
