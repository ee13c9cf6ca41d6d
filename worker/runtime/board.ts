import { createBullBoard } from "@bull-board/api";
import { BullMQAdapter } from "@bull-board/api/bullMQAdapter";
import { FastifyAdapter } from "@bull-board/fastify";
import basicAuth from "@fastify/basic-auth";
import type { Queue } from "bullmq";
import type { FastifyInstance } from "fastify";
import { isSameSecret } from "./same-secret.ts";

/** The queues to show, asked for anew whenever the board is looked at. */
export type ListQueues = () => Promise<readonly Queue[]>;

export const BOARD_PATH = "/board";
export const BOARD_USER = "oxy";

/**
 * Bull Board under {@link BOARD_PATH}. With a password for user `oxy` and that password; without one
 * only for who asks for this very machine, so the app must listen on loopback.
 */
export async function addBoard(
  app: FastifyInstance,
  queues: ListQueues,
  password: string | undefined,
): Promise<void> {
  const board = new FastifyAdapter().setBasePath(BOARD_PATH);
  const { replaceQueues } = createBullBoard({
    queues: [],
    serverAdapter: board,
    options: { uiConfig: { boardTitle: "Oxy Workers" } },
  });
  await app.register(async (guarded) => {
    if (password === undefined) guardByHost(guarded);
    else await guardByPassword(guarded, password);
    guarded.addHook("preHandler", async ({ url }) => {
      if (!url.startsWith(`${BOARD_PATH}/api/`)) return;
      replaceQueues((await queues()).map((queue) => new BullMQAdapter(queue, { readOnlyMode: false })));
    });
    await guarded.register(board.registerPlugin(), { prefix: BOARD_PATH });
  });
}

async function guardByPassword(app: FastifyInstance, password: string): Promise<void> {
  await app.register(basicAuth, {
    authenticate: { realm: "Oxy Workers" },
    validate: (user, given, _request, _reply, done) => {
      // Both are always compared: how long it takes tells nothing.
      const right = [isSameSecret(user, BOARD_USER), isSameSecret(given, password)].every(Boolean);
      done(right ? undefined : new Error("wrong user or password"));
    },
  });
  app.addHook("onRequest", app.basicAuth);
}

/** A web page can have its own name resolve to 127.0.0.1; the name still stands in the request. */
function guardByHost(app: FastifyInstance): void {
  app.addHook("onRequest", async (request, reply) => {
    if (["localhost", "127.0.0.1", "[::1]"].includes(request.hostname)) return;
    await reply
      .code(403)
      .send({ error: "without OXY_BOARD_PASSWORD the board is served to this machine only" });
  });
}
