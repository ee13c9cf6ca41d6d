import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach } from "vitest";
import type { Question } from "../../conversation/completions.ts";
import type { Logger } from "../../runtime/logging.ts";
import { organizationSettings } from "../../sessions/organization.ts";
import { ChatModel, type ChatModelOptions } from "./chat-model.ts";

export type Handling = (request: IncomingMessage, response: ServerResponse) => void;

/** An API of which each byte is a test's. */
export interface Api {
  readonly url: string;
  /** What was asked, parsed. */
  readonly bodies: {
    model: string;
    messages: { role: string; content: string; tool_call_id?: string }[];
    max_completion_tokens: number;
    tools?: object[];
    tool_choice?: string;
  }[];
  readonly authorizations: (string | undefined)[];
  /** A connection that the client gave up before an answer was written. */
  readonly abandoned: Promise<void>;
}

const ended: (() => void)[] = [];

/** Starts it, for one test. @param handle the n-th request; the last one handles what follows */
export async function api(...handle: Handling[]): Promise<Api> {
  const abandoned = Promise.withResolvers<void>();
  const bodies: Api["bodies"] = [];
  const authorizations: Api["authorizations"] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (text: string) => (body += text));
    request.on("end", () => {
      bodies.push(JSON.parse(body) as Api["bodies"][number]);
      authorizations.push(request.headers.authorization);
      handle[Math.min(bodies.length, handle.length) - 1]?.(request, response);
    });
    response.on("close", () => {
      if (!response.writableEnded) abandoned.resolve();
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  ended.push(() => {
    server.close();
    server.closeAllConnections();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  return { url, bodies, authorizations, abandoned: abandoned.promise };
}

/** Ends the servers of each test of a file. */
export function useApis(): void {
  afterEach(() => {
    for (const end of ended.splice(0)) end();
  });
}

/** A reply with this message. */
export const replies =
  (message: object, finishReason = "stop", usage?: object): Handling =>
  (_request, response) => {
    response.setHeader("content-type", "application/json");
    const choices = [{ message: { role: "assistant", ...message }, finish_reason: finishReason }];
    response.end(JSON.stringify({ choices, usage }));
  };

/** A reply with this text. */
export const says = (content: string | null, finishReason?: string, usage?: object): Handling =>
  replies({ content }, finishReason, usage);

export const quiet: Logger = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {} };
/** A signal that never aborts. */
export const never: AbortSignal = new AbortController().signal;

export function modelAt({ url }: Pick<Api, "url">, options: Partial<ChatModelOptions> = {}): ChatModel {
  return new ChatModel({
    apiKey: "key",
    baseUrl: url,
    model: "a-model",
    timeoutMs: 5_000,
    prices: new Map(),
    log: quiet,
    ...options,
  });
}

export function questionOf(texts: readonly string[], changed: Partial<Question> = {}): Question {
  return {
    conversation: { organization: "ana", chat: "1@lid" },
    settings: organizationSettings.parse({ name: "Loja da Ana", instructions: "Seja breve." }),
    history: [],
    messages: texts.map((text, index) => ({ sender: "1@lid", id: `${index}`, at: 6, received: 6, text })),
    spentMicroUsd: 0,
    ...changed,
  };
}
