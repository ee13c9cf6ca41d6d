import { setTimeout as delay } from "node:timers/promises";
import { LLMock, type ChatCompletionRequest } from "@copilotkit/aimock";

/** What the AI says to the last message of a customer; it may take its time, or throw an HTTP status. */
export type Answering = (text: string, request: ChatCompletionRequest) => string | Promise<string>;

/** An AI that answers with an HTTP error. */
export class AiRefusal extends Error {
  override readonly name = "AiRefusal";
  readonly status: number;

  constructor(status: number) {
    super(`status ${status}`);
    this.status = status;
  }
}

export interface DevelopmentAi {
  /** For OPENAI_BASE_URL. */
  readonly url: string;
  /** Requests so far. */
  readonly requests: number;
  stop(): Promise<void>;
}

/** An OpenAI-compatible server on the loopback. @param port any free one unless told */
export async function startAi(answering: Answering, port = 0): Promise<DevelopmentAi> {
  let requests = 0;
  const mock = new LLMock({ port, logLevel: "silent" });
  mock.on({ predicate: () => true }, async (request) => {
    requests++;
    try {
      return { content: await answering(lastText(request), request) };
    } catch (error) {
      if (!(error instanceof AiRefusal)) throw error;
      return { error: { message: "refused by the development AI" }, status: error.status };
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

function lastText(request: ChatCompletionRequest): string {
  const content = request.messages.findLast(({ role }) => role === "user")?.content;
  return typeof content === "string" ? content : "";
}
