import OpenAI from "openai";
import {
  AiMisconfigured,
  AiRefused,
  type AiCall,
  type AiObserver,
  type AiUsage,
} from "../../conversation/completions.ts";
import type { Logger } from "../../runtime/logging.ts";
import { Breaker, type BreakerOptions } from "./breaker.ts";
import { failureOf, couldCost, outcomeOf } from "./failures.ts";
import { Meter, type AiPrices } from "./prices.ts";

export interface ChatModelOptions {
  readonly apiKey: string;
  readonly baseUrl: string;
  readonly model: string;
  /** Hard timeout of one call, in ms. */
  readonly timeoutMs: number;
  readonly prices: AiPrices;
  readonly log: Logger;
  readonly observer?: AiObserver | undefined;
  readonly breaker?: Pick<BreakerOptions, "openMs">;
}

export interface ChatRequest {
  readonly messages: OpenAI.ChatCompletionMessageParam[];
  /** Of the answer, at most. */
  readonly maxTokens: number;
  readonly tools?: OpenAI.ChatCompletionFunctionTool[];
  /** The answer is to be a text, whatever tools there are. */
  readonly noTools?: boolean;
}

/** What the model said. */
export interface ChatReply {
  /** Trimmed; empty where it said nothing. */
  readonly text: string;
  /** The text ends where its tokens did. */
  readonly cutOff: boolean;
  readonly finishReason: string;
  readonly toolCalls: readonly OpenAI.ChatCompletionMessageToolCall[];
}

export interface CallContext {
  readonly purpose: AiCall["purpose"];
  readonly meter: Meter;
  readonly signal: AbortSignal;
}

/** One model of one API: each call is one request, behind a breaker, and counted. */
export class ChatModel {
  readonly model: string;
  readonly breaker: Breaker;
  readonly #options: ChatModelOptions;
  readonly #client: OpenAI;
  /** Said once, until a call is accepted again. */
  #misconfigured = false;

  constructor(options: ChatModelOptions) {
    const { apiKey, baseUrl, model, timeoutMs, observer, log } = options;
    this.#options = options;
    this.model = model;
    // The SDK's own retries would multiply the timeout; the record decides about another attempt.
    this.#client = new OpenAI({
      apiKey,
      baseURL: baseUrl,
      timeout: timeoutMs,
      maxRetries: 0,
      logLevel: "off",
    });
    this.breaker = new Breaker({
      ...options.breaker,
      changed: (state) => {
        log.warn("the AI's breaker changed", { model, state });
        observer?.breaker?.(model, state);
      },
    });
  }

  meter(): Meter {
    return new Meter(this.model, this.#options.prices);
  }

  /** @throws AiFailure, or the SDK's abort when the signal ended it */
  async complete(request: ChatRequest, context: CallContext): Promise<ChatReply> {
    let called = false;
    try {
      return await this.breaker.run(async () => {
        called = true;
        return await this.#call(request, context);
      });
    } finally {
      if (!called) this.#report(context, "unavailable", 0);
    }
  }

  async #call(
    { messages, maxTokens, tools, noTools }: ChatRequest,
    context: CallContext,
  ): Promise<ChatReply> {
    const began = performance.now();
    let completion: OpenAI.ChatCompletion;
    try {
      completion = await this.#client.chat.completions.create(
        {
          model: this.model,
          messages,
          max_completion_tokens: maxTokens,
          ...(tools === undefined ? {} : { tools, ...(noTools ? { tool_choice: "none" as const } : {}) }),
        },
        { signal: context.signal },
      );
      // A page of whatever stands in between, instead of the API's reply.
      if (!isObject(completion)) throw new TypeError("no object");
    } catch (error) {
      const failure = failureOf(error, context.signal);
      const free = failure !== undefined && !couldCost(failure);
      const usage = free ? context.meter.addFree() : context.meter.add(undefined);
      this.#report(context, failure ? outcomeOf(failure) : "aborted", performance.now() - began, usage);
      if (failure instanceof AiMisconfigured) this.#complain(failure);
      throw failure ?? error;
    }
    this.#misconfigured = false;
    const usage = context.meter.add(completion.usage);
    const reply = replyOf(completion);
    const outcome = reply === undefined ? "refused" : isEmpty(reply) ? "empty" : "answered";
    this.#report(context, outcome, performance.now() - began, usage);
    if (reply === undefined) throw new AiRefused("the AI refused to answer");
    return reply;
  }

  #report({ purpose }: CallContext, outcome: AiCall["outcome"], ms: number, usage?: AiUsage): void {
    this.#options.observer?.called?.({ model: this.model, purpose, outcome, ms, usage });
  }

  #complain({ message }: AiMisconfigured): void {
    if (this.#misconfigured) return;
    this.#misconfigured = true;
    this.#options.log.error("the AI does not accept this key, model or account", {
      model: this.model,
      reason: message,
    });
  }
}

/** Undefined for a refusal. What comes over the network has the type's shape only if its sender is kind. */
function replyOf(completion: Partial<OpenAI.ChatCompletion>): ChatReply | undefined {
  const choice = completion.choices?.[0];
  const finishReason = choice?.finish_reason ?? "missing";
  const { content, refusal, tool_calls: toolCalls } = choice?.message ?? {};
  if (refusal || finishReason === "content_filter") return undefined;
  return {
    text: typeof content === "string" ? content.trim() : "",
    cutOff: finishReason === "length",
    finishReason,
    toolCalls: Array.isArray(toolCalls) ? toolCalls.filter((call) => isObject(call)) : [],
  };
}

function isEmpty({ text, toolCalls }: ChatReply): boolean {
  return text === "" && toolCalls.length === 0;
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}
