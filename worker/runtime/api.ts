import multipart, { type MultipartFile } from "@fastify/multipart";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { listRuns } from "../automations/run-list.ts";
import { contactSchema, type CallData, type Contact } from "../contract/calls.ts";
import { chatOf, readContact } from "../contract/contacts.ts";
import { API_PATH, openApi } from "../contract/openapi.ts";
import type { Performing } from "../contract/performing.ts";
import { readCall } from "../contract/reading.ts";
import { Refused, type RefusalKind } from "../contract/refused.ts";
import { CALL_ROUTES, type CallRoute } from "../contract/routes.ts";
import manifest from "../package.json" with { type: "json" };
import { organizationId } from "../sessions/organization.ts";
import { guardByToken, type ApiToken } from "./api-tokens.ts";
import type { ApiStore } from "./api-store.ts";
import { errorFields, type Logger } from "./logging.ts";

/** Of a call; an audience of ten thousand rows is a few MB. */
const MOST_BYTES = 8 * 1024 * 1024;
/** Of an audience that is uploaded, which is read as it comes. */
const MOST_UPLOADED_BYTES = 64 * 1024 * 1024;
const MOST_LISTED = 100;

const STATUS: Readonly<Record<RefusalKind, number>> = {
  invalid: 422,
  "too-large": 413,
  newer: 422,
  unknown: 404,
  conflict: 409,
  unavailable: 503,
};

export interface ApiParts {
  readonly tokens: readonly ApiToken[];
  readonly log: Logger;
  readonly mostUploadedBytes?: number;
  /** Undefined while the store was not reached yet. */
  store(): ApiStore | undefined;
}

/**
 * The API for other services under {@link API_PATH}, with the bearer tokens: the calls of the contract, and what has become
 * of them. `openapi.json` there describes it.
 */
export async function addApi(app: FastifyInstance, parts: ApiParts): Promise<void> {
  await app.register(async (served) => await serve(served, parts), { prefix: API_PATH });
}

async function serve(
  served: FastifyInstance,
  { tokens, log, store, mostUploadedBytes = MOST_UPLOADED_BYTES }: ApiParts,
): Promise<void> {
  const description = openApi(manifest.version);
  guardByToken(served, tokens, () => log.warn("API asked without a token"));
  await served.register(multipart, {
    limits: { fileSize: mostUploadedBytes, files: 1, fields: 1, fieldSize: MOST_BYTES },
  });
  const opened = (): ApiStore => {
    const found = store();
    // Its commands would wait for as long as it is away.
    if (found !== undefined && found.redis.status === "ready") return found;
    throw new Refused("unavailable", "the store cannot be reached from here");
  };
  served.setErrorHandler(async (error: Error & { statusCode?: number }, request, reply) => {
    const status = error instanceof Refused ? STATUS[error.kind] : (error.statusCode ?? 500);
    if (status >= 500 && !(error instanceof Refused))
      log.error("API call failed", { call: request.routeOptions.url ?? "", ...errorFields(error) });
    if (status === 503) reply.header("retry-after", "5");
    // Of what is not the caller's fault nothing is told: it may be about others.
    await reply
      .code(status)
      .send({ error: status === 500 ? "this is our fault, not yours; it is in the log" : error.message });
  });

  /** Organizations whose audiences are being read: that takes the processor for seconds, and others share it. */
  const uploading = new Set<string>();

  served.get("/openapi.json", async () => description);
  await served.register(
    async (organization) => {
      for (const route of CALL_ROUTES) {
        organization.route({
          method: route.method,
          url: route.path,
          bodyLimit: MOST_BYTES,
          handler: async (request, reply) =>
            await made(opened().performing, route, request, reply, uploading),
        });
      }
      addReads(organization, opened);
    },
    { prefix: "/organizations/:organization" },
  );
}

async function made(
  performing: Performing,
  route: CallRoute,
  request: FastifyRequest,
  reply: FastifyReply,
  uploading: Set<string>,
): Promise<unknown> {
  if (route.call === "campaign.create" && request.isMultipart())
    return await reply.code(route.status).send(await uploaded(performing, route, request, uploading));
  const { version, call } = callOf(route, request, request.body ?? {});
  return await reply.code(route.status).send(await performing.perform(route.call, call as never, version));
}

/** What the path, the header and the body say together. */
function callOf(route: CallRoute, request: FastifyRequest, body: unknown): { version: number; call: object } {
  if (typeof body !== "object" || body === null || Array.isArray(body))
    throw new Refused("invalid", `${route.call}: expected an object`);
  const { v: version = 1, ...fields } = body as Record<string, unknown>;
  if (typeof version !== "number") throw new Refused("invalid", "v: expected the number of a version");
  const { contact, ...named } = request.params as Record<string, string>;
  const key = request.headers["idempotency-key"];
  const keyed = route.key === undefined || key === undefined ? {} : { [route.key]: key };
  const said = {
    ...named,
    ...(contact === undefined ? {} : { contact: contactOf(contact) }),
    ...route.given,
  };
  const twice = Object.keys(said).find(
    (name) => name in fields && fields[name] !== (said as Record<string, unknown>)[name],
  );
  if (twice !== undefined)
    throw new Refused(
      "invalid",
      `${route.call}: ${twice}: expected what the path says, got something else in the body`,
    );
  return { version, call: { ...keyed, ...fields, ...said } };
}

/** An audience as a file, read as it comes; its definition is the part before it. */
async function uploaded(
  performing: Performing,
  route: CallRoute,
  request: FastifyRequest,
  uploading: Set<string>,
): Promise<unknown> {
  const { organization = "" } = request.params as Record<string, string>;
  if (uploading.has(organization))
    throw new Refused(
      "unavailable",
      `campaign.create: expected one upload of ${organization} at a time, got another: repeat it when that is in`,
    );
  uploading.add(organization);
  let file: MultipartFile | undefined;
  try {
    file = await request.file();
    return await created(performing, route, request, file);
  } finally {
    uploading.delete(organization);
    // What is left unread would stand in the way of the connection's next call.
    file?.file.resume();
  }
}

async function created(
  performing: Performing,
  route: CallRoute,
  request: FastifyRequest,
  file: MultipartFile | undefined,
): Promise<unknown> {
  const definition = file?.fields["definition"];
  const text = definition !== undefined && "value" in definition ? definition.value : undefined;
  if (file === undefined || typeof text !== "string")
    throw new Refused(
      "invalid",
      "campaign.create: expected the parts definition (JSON) and then audience (CSV)",
    );
  const { version, call } = callOf(route, request, parsed(text));
  const { audience: _, ...data } = readCall(
    "campaign.create",
    { ...call, audience: [] } as never,
    version,
  ) as CallData<"campaign.create">;
  await performing.requireKnown(data.organization);
  return await performing.createCampaign(data, { csv: whole(file.file) });
}

/** A file that is cut off where the limit is would be another audience. */
async function* whole(file: MultipartFile["file"]): AsyncGenerator<Uint8Array> {
  yield* file.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>;
  if (file.truncated)
    throw new Refused("too-large", "audience: expected a file that is not too long, got a longer one");
}

function addReads(served: FastifyInstance, opened: () => ApiStore): void {
  const known = async (request: FastifyRequest) => {
    const store = opened();
    const params = request.params as Record<string, string>;
    const organization = params["organization"] ?? "";
    if (!organizationId.safeParse(organization).success)
      throw new Refused("invalid", "organization: expected 1 to 64 letters, digits, '-' or '_'");
    await store.performing.requireKnown(organization);
    return { store, organization, params };
  };
  const conversationOf = async (request: FastifyRequest) => {
    const { store, organization, params } = await known(request);
    const chat = await chatOf(store, organization, contactOf(params["contact"] ?? ""));
    return { store, conversation: chat === undefined ? undefined : { organization, chat } };
  };
  const get = (url: string, handler: (request: FastifyRequest) => Promise<object>): void => {
    served.route({ method: "GET", url, handler });
  };
  const nobody = new Refused("unknown", "contact: nothing is known of them");

  get("/campaigns", async (request) => {
    const { store, organization } = await known(request);
    return { campaigns: await store.campaigns.list(organization) };
  });
  get("/campaigns/:id", async (request) => {
    const { store, organization, params } = await known(request);
    const progress = await store.campaigns.progress(organization, params["id"] ?? "");
    if (progress === undefined) throw new Refused("unknown", `campaign ${params["id"]}: there is none`);
    return progress;
  });
  get("/automations", async (request) => {
    const { store, organization } = await known(request);
    const automations = await store.automations.list(organization);
    // A secret that was told once is not told again.
    return { automations: automations.map(withoutSecrets) };
  });
  get("/runs", async (request) => {
    const { store, organization } = await known(request);
    const ended = "ended" in (request.query as object);
    return { runs: await listRuns(store.redis, store.keys, organization, { ended, limit: MOST_LISTED }) };
  });
  get("/contacts/:contact", async (request) => {
    const { store, conversation } = await conversationOf(request);
    const contact = conversation === undefined ? undefined : await readContact(store, conversation);
    if (contact === undefined) throw nobody;
    return contact;
  });
  get("/conversations/:contact", async (request) => {
    const { store, conversation } = await conversationOf(request);
    if (conversation === undefined) throw nobody;
    return { chat: conversation.chat, ...(await store.record.view(conversation)) };
  });
}

function withoutSecrets<Automation extends { readonly steps: readonly object[] }>(
  automation: Automation,
): Automation {
  const steps = automation.steps.map((step) => ("secret" in step ? { ...step, secret: "…" } : step));
  return { ...automation, steps };
}

function contactOf(text: string): Contact {
  const parsedContact = contactSchema.safeParse(text.includes("@") ? { chat: text } : { number: text });
  if (parsedContact.success) return parsedContact.data;
  throw new Refused(
    "invalid",
    "contact: expected a chat as 123456789@lid, or a phone number with its country's code, digits only",
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refused("invalid", "definition: expected JSON");
  }
}
