import type OpenAI from "openai";
import type { ChatReply } from "../adapters/openai/chat-model.ts";
import { NoAnswer } from "../conversation/completions.ts";
import { tools, type ToolContext } from "./tools.ts";

/** Calls of one answer. */
const CALLS_MAX = 8;
/** Characters of one result; those of our tools are shorter. */
const RESULT_LENGTH = 20_000;

/** Does what a model asks of its tools, for one answer. A mistake is told to it once; a second one ends the attempt. */
export class ToolCalls {
  readonly #context: ToolContext;
  #left = CALLS_MAX;
  #mistaken = false;

  constructor(context: ToolContext) {
    this.#context = context;
  }

  /** What the model asked for, and the result of each call, as it reads them next. @throws NoAnswer */
  async answered({ text, toolCalls }: ChatReply): Promise<OpenAI.ChatCompletionMessageParam[]> {
    const calls = toolCalls.slice(0, this.#left);
    if (calls.length === 0) throw new NoAnswer(`the AI called tools more than ${CALLS_MAX} times`);
    this.#left -= calls.length;
    const mistaken = this.#mistaken;
    const results: OpenAI.ChatCompletionMessageParam[] = [];
    for (const call of calls) {
      const result = await this.#run(call);
      if (mistaken && "mistake" in result) throw new NoAnswer("the AI called its tools wrongly, twice");
      const content = JSON.stringify(result).slice(0, RESULT_LENGTH);
      results.push({ role: "tool", tool_call_id: call.id, content });
    }
    return [{ role: "assistant", content: text === "" ? null : text, tool_calls: calls }, ...results];
  }

  async #run(call: OpenAI.ChatCompletionMessageToolCall): Promise<object> {
    const { name, arguments: encoded }: { name?: string; arguments?: unknown } =
      (call.type === "function" && call.function) || {};
    // By own properties: "constructor" is no tool.
    const tool = name !== undefined && Object.hasOwn(tools, name) ? tools[name] : undefined;
    if (tool === undefined) return this.#mistake(`no such tool: there are ${Object.keys(tools).join(", ")}`);
    let given: unknown;
    try {
      // Some models leave them out, and some APIs have read them already.
      given = typeof encoded === "string" ? JSON.parse(encoded.trim() || "{}") : (encoded ?? {});
    } catch {
      return this.#mistake("the arguments are not JSON");
    }
    const args = tool.parameters.safeParse(given);
    if (!args.success) {
      const wrong = args.error.issues.map(
        ({ path, message }) => `${path.join(".") || "arguments"}: ${message}`,
      );
      return this.#mistake(wrong.join("; ").slice(0, 500));
    }
    return await tool.run(args.data, this.#context);
  }

  #mistake(mistake: string): { mistake: string } {
    this.#mistaken = true;
    return { mistake };
  }
}
