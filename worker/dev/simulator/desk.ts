import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { text as textOf } from "node:stream/consumers";
import Fastify, { type FastifyInstance } from "fastify";
import type { Loads } from "./loads.ts";
import type { People } from "./people.ts";

interface ToPhone {
  readonly organization: string;
}

interface FromCustomer extends ToPhone {
  readonly customer: string;
}

/** What the desk is in front of. */
interface Simulated {
  readonly people: People;
  readonly loads: Loads;
  /** Settings with which a worker talks to it. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Where the people of the simulator are told what to do, over HTTP. */
export function simulatorDesk(
  { people, loads, environment }: Simulated,
  told: (line: string) => void,
): FastifyInstance {
  const app = Fastify({ forceCloseConnections: true });
  // Whatever curl calls it, it is read as text.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", (_request, payload, done) => done(null, payload));

  app.get("/environment", () => environment);
  app.get("/phones", () => people.report());
  app.get("/messages", () => people.seen);

  app.route<{ Params: ToPhone; Body: Readable }>({
    method: ["POST", "PUT"],
    url: "/phones/:organization/scan",
    handler: async ({ params: { organization }, body }, reply) => {
      const qr = await firstQr(body);
      if (qr === undefined)
        return reply.code(400).send("expected a QR's text, or what oxy pair --json prints\n");
      await people.phone(organization).scan(qr);
      told(`${organization} scanned the code`);
      // Whoever shows the codes goes on until they know.
      body.resume();
      return reply.send(`${organization} is linked\n`);
    },
  });

  app.route<{ Params: FromCustomer; Body: Readable }>({
    method: ["POST", "PUT"],
    url: "/phones/:organization/from/:customer",
    handler: async ({ params: { organization, customer }, body }, reply) => {
      const text = await textOf(body);
      if (text === "") return reply.code(400).send("expected the text that the customer writes\n");
      people.write(customer, organization, text);
      told(`${customer} → ${organization}  ${text}`);
      return reply.send();
    },
  });

  app.post<{ Body: Readable }>("/loads", async ({ body, raw }, reply) => {
    const begun = loads.begin(await textOf(body), raw.socket);
    if (typeof begun === "string") return reply.code(400).send({ error: begun });
    return reply.type("application/x-ndjson").send(begun);
  });
  return app;
}

/** From a line of text, or of the JSON that the pairing command prints; it prints on until it is linked. */
async function firstQr(body: Readable): Promise<string | undefined> {
  for await (const line of createInterface(body)) {
    if (!line.startsWith("{")) return line;
    const { qr } = JSON.parse(line) as { qr?: string };
    if (qr !== undefined) return qr;
  }
  return undefined;
}
