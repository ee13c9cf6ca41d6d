import { setTimeout as delay } from "node:timers/promises";
import { LLMock, type ChatCompletionRequest, type FixtureResponse } from "@copilotkit/aimock";

/** More than a text that ends as it should. */
export interface AiReply {
  readonly text?: string;
  readonly toolCalls?: readonly { readonly name: string; readonly arguments: string }[];
  /** Why it ended: `stop` or `tool_calls` unless told; `length` for a text that is cut off, `content_filter` for a refusal. */
  readonly finishReason?: string;
  readonly usage?: { readonly prompt_tokens: number; readonly completion_tokens: number };
}

/**
 * What the AI says to the last message of a customer; it may take its time, hang with {@link never}, or throw an
 * {@link AiRefusal}.
 */
export type Answering = (
  text: string,
  request: ChatCompletionRequest,
) => string | AiReply | Promise<string | AiReply>;

/** An answer that never comes. */
export function never(): Promise<string> {
  return new Promise(() => {});
}

/** An AI that answers with an HTTP error. */
export class AiRefusal extends Error {
  override readonly name = "AiRefusal";
  readonly status: number;
  /** In seconds, with a status of 429. */
  readonly retryAfter: number | undefined;

  constructor(status: number, { retryAfter }: { retryAfter?: number } = {}) {
    super(`status ${status}`);
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

/** What happens to a request in the answer's place: its connection is cut, or what comes is no JSON. */
export type AiFault = "reset" | "garbage";

export interface DevelopmentAi {
  /** For OPENAI_BASE_URL. */
  readonly url: string;
  /** Requests so far. */
  readonly requests: number;
  stop(): Promise<void>;
}

/**
 * An OpenAI-compatible server on the loopback.
 * @param port any free one unless told
 * @param fault of a request, asked before it is answered
 */
export async function startAi(
  answering: Answering,
  port = 0,
  fault: (text: string) => AiFault | undefined = () => undefined,
): Promise<DevelopmentAi> {
  let requests = 0;
  const mock = new LLMock({ port, logLevel: "silent" });
  const faulty = (which: AiFault) => (request: ChatCompletionRequest) => fault(lastText(request)) === which;
  mock.on({ predicate: faulty("reset") }, { content: "" }, { chaos: { disconnectRate: 1 } });
  mock.on({ predicate: faulty("garbage") }, { content: "" }, { chaos: { malformedRate: 1 } });
  mock.on({ predicate: () => true }, async (request) => {
    requests++;
    try {
      return responseOf(await answering(lastText(request), request));
    } catch (error) {
      if (!(error instanceof AiRefusal)) throw error;
      const { status, retryAfter } = error;
      const told = retryAfter === undefined ? {} : { retryAfter };
      return { error: { message: "refused by the development AI" }, status, ...told };
    }
  });
  await mock.start();
  return {
    url: `${mock.url}/v1`,
    get requests() {
      return requests;
    },
    stop: async () => {
      await mock.stop();
    },
  };
}

/** As slow as the real thing. */
export function thinking(fromMs: number, toMs: number, answering: Answering): Answering {
  return async (text, request) => {
    await delay(fromMs + Math.random() * (toMs - fromMs));
    return await answering(text, request);
  };
}

function responseOf(reply: string | AiReply): FixtureResponse {
  if (typeof reply === "string") return { content: reply };
  const { text, toolCalls, ...rest } = reply;
  if (toolCalls === undefined) return { content: text ?? "", ...rest };
  const calls = [...toolCalls];
  return text === undefined ? { toolCalls: calls, ...rest } : { content: text, toolCalls: calls, ...rest };
}

function lastText(request: ChatCompletionRequest): string {
  const content = request.messages.findLast(({ role }) => role === "user")?.content;
  return typeof content === "string" ? content : "";
}
