import Fastify, { type FastifyInstance } from "fastify";
import { z } from "zod";
import { isWrite } from "./call.ts";
import type { Emulators } from "./cloud.ts";
import type { Emulator } from "./emulator.ts";
import { plannedFault, Striking } from "./planned-fault.ts";

interface Chosen {
  /** A name, or all. */
  readonly api?: string;
  /** 1 for what may change something only. */
  readonly writes?: string;
}

/** The request cannot be meant; the message says why. */
class Unclear extends Error {
  override readonly name = "Unclear";
}

/**
 * Where emulators are told what goes wrong, and tell what they were asked, over HTTP.
 * @param exports lines of a shell that set what plain Pulumi needs
 */
export function emulatorsDesk(emulators: Emulators<string>, exports: string): FastifyInstance {
  const app = Fastify({ forceCloseConnections: true });
  let striking: Striking | undefined;
  // Whatever curl calls it, it is read as JSON.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "string" }, (_request, text, done) => done(null, text));
  app.setErrorHandler<Error & { readonly statusCode?: number }>((error, _request, reply) =>
    reply.code(error instanceof Unclear ? 400 : (error.statusCode ?? 500)).send({ message: error.message }),
  );

  app.get("/environment", (_request, reply) => reply.type("text/plain").send(exports));
  app.get("/services", () => emulators.services());

  app.get<{ Querystring: Chosen }>("/calls", ({ query: { api, writes = "0" } }) =>
    chosen(emulators, api)
      .flatMap(({ calls }) => calls)
      .filter((call) => writes !== "1" || isWrite(call)),
  );
  app.delete<{ Querystring: Chosen }>("/calls", ({ query: { api } }, reply) => {
    for (const each of chosen(emulators, api)) each.forget();
    return reply.code(204).send();
  });

  app.put<{ Body: string }>("/interruptions", ({ body }, reply) => {
    const { service, capacity } = understood(interruption, parsed(body));
    const able = chosen(emulators, undefined).flatMap(({ interrupt }) => interrupt ?? []);
    const [interrupt] = able;
    if (interrupt === undefined) throw new Unclear("no emulated API lends capacity that it could take back");
    try {
      return reply.send(interrupt(service, capacity));
    } catch (error) {
      throw new Unclear((error as Error).message);
    }
  });

  app.get("/faults", () => striking?.report ?? null);
  app.put<{ Body: string }>("/faults", ({ body }, reply) => {
    const given: unknown = parsed(body);
    striking = given === null ? undefined : new Striking(understood(plannedFault, given));
    const { api } = (given ?? {}) as Chosen;
    const those = chosen(emulators, api);
    for (const each of chosen(emulators, undefined))
      each.inject(those.includes(each) ? striking?.faults : undefined);
    return reply.code(204).send();
  });
  return app;
}

/** @throws Unclear */
function chosen(emulators: Emulators<string>, api: string | undefined): readonly Emulator[] {
  const all = Object.entries(emulators.apis);
  if (api === undefined) return all.map(([, emulator]) => emulator);
  const found = emulators.apis[api];
  if (found !== undefined) return [found];
  throw new Unclear(`api: expected one of ${all.map(([name]) => name).join(", ")}, got ${api}`);
}

/** @throws Unclear */
function parsed(body: string | undefined): unknown {
  try {
    return JSON.parse(body ?? "");
  } catch {
    throw new Unclear("expected a fault as JSON, or null for none");
  }
}

const interruption = z.strictObject({
  service: z.string(),
  capacity: z.enum(["there", "absent"]).default("there"),
});

/** @throws Unclear */
function understood<Schema extends z.ZodType>(schema: Schema, given: unknown): z.output<Schema> {
  const { success, data, error } = schema.safeParse(given);
  if (success) return data;
  throw new Unclear(error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; "));
}
