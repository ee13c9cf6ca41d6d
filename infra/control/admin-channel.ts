import {
  type AlertsState,
  type Answer,
  type Channel,
  type ControlRequest,
  type ControlState,
  messageOf,
  type Patience,
  RequestFailed,
  type Silence,
  type Silencing,
  silenceOf,
} from "./channel.ts";

/** How long the API may take to begin an answer, in ms: a service that sleeps is woken by it. */
const BEGIN_MS = 30_000;
/** Characters of the API's own words in an error. */
const MOST_WORDS = 200;

/** Through the admin API of a process that serves on the internet, where the store is out of reach. */
export class AdminChannel implements Channel {
  readonly #url: string;
  readonly #token: string;
  readonly #closed = new AbortController();

  /** @param url of the process, without a path */
  constructor(url: string, token: string) {
    this.#url = url.replace(/\/+$/, "");
    this.#token = token;
  }

  async *ask(
    request: ControlRequest,
    patience: Patience,
    attachment: readonly string[] = [],
  ): AsyncGenerator<Answer> {
    const { noticeSeconds: notice, answerSeconds } = patience;
    const query = new URLSearchParams({ notice: `${notice}`, patience: `${answerSeconds}` });
    const body = JSON.stringify({ ...request, ...(attachment.length > 0 ? { attachment } : {}) });
    const response = await this.#call(`/admin/requests?${query}`, { method: "POST", body });
    try {
      for await (const line of linesOf(response)) {
        const answer = JSON.parse(line) as Answer | { readonly kind: "silent"; readonly after: Silence };
        if (answer.kind === "silent") throw silenceOf(answer.after, patience);
        if (answer.kind === "failed") throw new RequestFailed(answer.reason);
        yield answer;
        if (answer.kind === "done") return;
      }
    } catch (error) {
      throw error instanceof RequestFailed ? error : this.#broken(error);
    }
    throw this.#broken(new Error("it ended without an answer"));
  }

  async state(): Promise<ControlState> {
    return await this.#json("/admin/state", { method: "GET" });
  }

  async alerts(): Promise<AlertsState> {
    return await this.#json("/admin/alerts", { method: "GET" });
  }

  async silence(silencing: Silencing): Promise<void> {
    await this.#call("/admin/alerts/silences", { method: "POST", body: JSON.stringify(silencing) });
  }

  close(): void {
    this.#closed.abort();
  }

  async #json<T>(path: string, call: { readonly method: string }): Promise<T> {
    const response = await this.#call(path, call);
    try {
      return (await response.json()) as T;
    } catch (error) {
      throw this.#broken(error);
    }
  }

  async #call(path: string, call: { readonly method: string; readonly body?: string }): Promise<Response> {
    const begun = new AbortController();
    const timer = setTimeout(() => begun.abort(new Error(`no answer within ${BEGIN_MS / 1000} s`)), BEGIN_MS);
    let response: Response;
    try {
      response = await fetch(`${this.#url}${path}`, {
        ...call,
        headers: {
          authorization: `Bearer ${this.#token}`,
          ...(call.body === undefined ? {} : { "content-type": "application/json" }),
        },
        signal: AbortSignal.any([begun.signal, this.#closed.signal]),
      });
    } catch (error) {
      throw this.#broken(error);
    } finally {
      clearTimeout(timer);
    }
    if (response.ok) return response;
    const said = errorIn(await response.text().catch(() => ""));
    throw new RequestFailed(
      response.status === 401
        ? `OXY_ADMIN_TOKEN: the admin API at ${this.#url} does not accept it: was the stack deployed with another one?`
        : response.status === 404
          ? `there is no admin API at ${this.#url}: is OXY_ADMIN_TOKEN set in the process that serves there?`
          : `the admin API at ${this.#url} answered ${response.status}${said === "" ? "" : `: ${said}`}`,
    );
  }

  #broken(error: unknown): RequestFailed {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return new RequestFailed(`the admin API at ${this.#url} cannot be reached: ${messageOf(cause)}`);
  }
}

/** Lines as they come; empty ones are signs of life. */
async function* linesOf(response: Response): AsyncGenerator<string> {
  let rest = "";
  for await (const text of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const lines = `${rest}${text}`.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line !== "") yield line;
  }
  if (rest !== "") yield rest;
}

function errorIn(body: string): string {
  try {
    return String((JSON.parse(body) as { readonly error?: unknown }).error ?? "");
  } catch {
    return body.slice(0, MOST_WORDS).trim();
  }
}
