import type { Socket } from "node:net";
import { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { Load } from "../load/load.ts";
import type { NamingAi } from "../load/naming-ai.ts";
import type { WhatsAppSimulator } from "../whatsapp/simulator.ts";
import type { People } from "./people.ts";

/** Whoever listens hears something at least that often, in ms: clients give up on what is silent. */
const PROGRESS_MS = 1_000;

const milliseconds = z.number().min(0).max(86_400_000);
const loadRequest = z.strictObject({
  organizations: z.array(z.string().min(1)).min(1),
  arrivals: z
    .array(
      z.strictObject({
        atMs: milliseconds,
        conversation: z.number().int().min(0),
        aiMs: milliseconds,
        text: z.string().min(1),
      }),
    )
    .min(1),
  fallbackMessage: z.string().min(1),
  holdingMessage: z.string().min(1),
  patienceMs: milliseconds,
  settleMs: milliseconds,
});

/** Loads that the simulated customers write, one at a time. */
export class Loads {
  readonly #whatsapp: WhatsAppSimulator;
  readonly #ai: NamingAi;
  readonly #people: People;
  #isWriting = false;

  constructor(whatsapp: WhatsAppSimulator, ai: NamingAi, people: People) {
    this.#whatsapp = whatsapp;
    this.#ai = ai;
    this.#people = people;
  }

  /**
   * @param text what is asked for, as JSON
   * @param client whoever hangs up ends it
   * @returns lines of JSON as it goes on, the last one `report` or `failed`; or a sentence that refuses it
   */
  begin(text: string, client: Socket): Readable | string {
    const request = understood(text);
    if (typeof request === "string") return request;
    if (this.#isWriting) return "expected no other load, got one that is being written";
    const phones = request.organizations.map((organization) => this.#people.phone(organization));
    const unlinked = request.organizations.filter((_, index) => phones[index]?.linked !== true);
    if (unlinked.length > 0) return `organizations: expected linked ones, got ${unlinked.join(", ")}`;
    const stop = new AbortController();
    client.once("close", () => stop.abort());
    const load = new Load(request, { whatsapp: this.#whatsapp, ai: this.#ai, phones });
    return Readable.from(this.#lines(load, stop));
  }

  async *#lines(load: Load, stop: AbortController): AsyncGenerator<string> {
    this.#isWriting = true;
    try {
      const ended = load.run(stop.signal).then(
        (report) => ({ kind: "report", ...report }),
        (error: Error) => ({ kind: "failed", reason: error.message }),
      );
      for (;;) {
        const heard = new AbortController();
        const pause = delay(PROGRESS_MS, undefined, { signal: heard.signal }).catch(() => undefined);
        const result = await Promise.race([ended, pause]);
        heard.abort();
        yield `${JSON.stringify(result ?? { kind: "progress", ...load.progress })}\n`;
        if (result !== undefined) return;
      }
    } finally {
      stop.abort();
      this.#isWriting = false;
    }
  }
}

function understood(text: string): z.output<typeof loadRequest> | string {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    return "expected a load as JSON";
  }
  const { success, data, error } = loadRequest.safeParse(given);
  if (success) return data;
  return error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ");
}
