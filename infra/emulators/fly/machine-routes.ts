import { setTimeout as delay } from "node:timers/promises";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { NONCE_HEADER } from "../../provider/fly/machine-lease.ts";
import { Refusal } from "../emulator.ts";
import type { EmulatedApp, EmulatedApps } from "./apps.ts";
import type { MachineConfig, StopOrder } from "./machine-config.ts";
import type { EmulatedMachine } from "./machine.ts";
import { bodies, queries } from "./schemas.ts";

interface OfMachine {
  readonly app: string;
  readonly id: string;
}

const ONE = "/apps/:app/machines/:id";
/** How often a waiting request looks, in ms. */
const LOOK_MS = 50;
/** Fly docs, machines/api/machines-resource, 2026-08. */
const DEFAULT_WAIT_SECONDS = 60;

/** Machines: their lives, their leases and their metadata. */
export function machineRoutes(server: FastifyInstance, apps: EmulatedApps): void {
  const none = { schema: { querystring: queries.none } };
  const found = ({ app, id }: OfMachine): EmulatedMachine => apps.app(app).machine(id);
  /** For a change: it needs the nonce while there is a lease. */
  const changeable = (request: FastifyRequest): EmulatedMachine => {
    const machine = found(request.params as OfMachine);
    machine.lease.admit(machine.id, nonceOf(request));
    return machine;
  };

  server.get<{ Params: { app: string }; Querystring: Record<string, string> }>(
    "/apps/:app/machines",
    { schema: { querystring: queries.machines } },
    async ({ params, query }) => {
      const app = apps.app(params.app);
      const chosen = (query["include_deleted"] === "true" ? app.machines : app.living).filter((machine) =>
        Object.entries(query).every(([key, value]) => isMeant(machine, key, value)),
      );
      return await Promise.all(chosen.map((machine) => machine.shown()));
    },
  );
  server.post<{ Params: { app: string }; Body: Parameters<EmulatedApp["createMachine"]>[0] }>(
    "/apps/:app/machines",
    { schema: { body: bodies.createMachine, querystring: queries.none } },
    async ({ params, body }) => await (await apps.app(params.app).createMachine(body)).shown(),
  );
  server.get<{ Params: OfMachine }>(ONE, none, async ({ params }) => await found(params).shown());
  server.post<{
    Params: OfMachine;
    Body: { config: MachineConfig; name?: string; region?: string; current_version?: string };
  }>(ONE, { schema: { body: bodies.updateMachine, querystring: queries.none } }, async (call) => {
    const { params, body } = call;
    const machine = changeable(call);
    for (const field of ["name", "region"] as const)
      if (body[field] !== undefined && body[field] !== machine[field])
        throw new Refusal(400, `invalid_argument: ${field} cannot be changed`);
    if (body.current_version !== undefined && body.current_version !== machine.instanceId)
      throw new Refusal(409, `aborted: the machine's version is ${machine.instanceId}`);
    await apps.app(params.app).updateMachine(machine, body);
    return await machine.shown();
  });
  server.delete<{ Params: OfMachine; Querystring: { force?: string } }>(
    ONE,
    { schema: { querystring: queries.force } },
    (request) => {
      changeable(request).destroy(request.query.force === "true");
      return { ok: true };
    },
  );

  server.post<{ Params: OfMachine }>(`${ONE}/start`, none, (request) => {
    const machine = changeable(request);
    const previous_state = machine.state;
    machine.start();
    return { previous_state };
  });
  server.post<{ Params: OfMachine; Body: StopOrder | undefined }>(
    `${ONE}/stop`,
    { schema: { body: bodies.stop, querystring: queries.none } },
    (request) => {
      changeable(request).stop(request.body ?? {});
      return { ok: true };
    },
  );
  server.post<{ Params: OfMachine }>(`${ONE}/suspend`, none, (request) => {
    changeable(request).suspend();
    return { ok: true };
  });
  server.get<{ Params: OfMachine; Querystring: { state?: string; instance_id?: string; timeout?: string } }>(
    `${ONE}/wait`,
    { schema: { querystring: queries.wait } },
    async ({ params, query }) => {
      await untilState(found(params), query);
      return { ok: true };
    },
  );

  server.post<{ Params: OfMachine; Body: { ttl?: number; description?: string } | undefined }>(
    `${ONE}/lease`,
    { schema: { body: bodies.lease, querystring: queries.none } },
    async (request, reply) => {
      const machine = found(request.params);
      const lease = machine.lease.take(machine.id, request.body ?? {}, nonceOf(request));
      return await reply.status(201).send(lease);
    },
  );
  server.get<{ Params: OfMachine }>(`${ONE}/lease`, none, ({ params }) =>
    found(params).lease.show(params.id),
  );
  server.delete<{ Params: OfMachine }>(`${ONE}/lease`, none, (request) => {
    found(request.params).lease.release(request.params.id, nonceOf(request));
    return { ok: true };
  });

  server.get<{ Params: OfMachine }>(
    `${ONE}/metadata`,
    none,
    ({ params }) => found(params).config.metadata ?? {},
  );
  server.post<{ Params: OfMachine & { key: string }; Body: { value: string } }>(
    `${ONE}/metadata/:key`,
    { schema: { body: bodies.metadata, querystring: queries.none } },
    async (request, reply) => {
      const { config } = changeable(request);
      config.metadata = { ...config.metadata, [request.params.key]: request.body.value };
      return await reply.status(204).send();
    },
  );
  server.delete<{ Params: OfMachine & { key: string } }>(
    `${ONE}/metadata/:key`,
    none,
    async (request, reply) => {
      const { config } = changeable(request);
      const { [request.params.key]: _gone, ...others } = config.metadata ?? {};
      config.metadata = others;
      return await reply.status(204).send();
    },
  );
}

function nonceOf({ headers }: FastifyRequest): string | undefined {
  const nonce = headers[NONCE_HEADER];
  return typeof nonce === "string" ? nonce : undefined;
}

function isMeant(machine: EmulatedMachine, key: string, value: string): boolean {
  if (key === "region") return machine.region === value;
  const metadata = /^metadata[.](.+)$/.exec(key)?.[1];
  return metadata === undefined || machine.config.metadata?.[metadata] === value;
}

/** @throws Refusal when it is not so in time */
async function untilState(
  machine: EmulatedMachine,
  query: { readonly state?: string; readonly instance_id?: string; readonly timeout?: string },
): Promise<void> {
  const { state = "started", instance_id: instance, timeout = `${DEFAULT_WAIT_SECONDS}` } = query;
  if (state === "stopped" && instance === undefined)
    throw new Refusal(400, "invalid_argument: instance_id is needed to wait for stopped");
  const deadline = performance.now() + Number(timeout) * 1_000;
  const isThere = () => machine.state === state && machine.instanceId === (instance ?? machine.instanceId);
  while (!isThere()) {
    if (performance.now() >= deadline)
      throw new Refusal(
        408,
        `deadline_exceeded: machine failed to reach desired state, ${state}, currently ${machine.state}`,
      );
    await delay(LOOK_MS);
  }
}
