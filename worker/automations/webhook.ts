/** A call of an organization's own service. */
export interface WebhookCall {
  readonly url: string;
  /** Signs the body. */
  readonly secret: string;
  /** Names the call: the same again is the same call. */
  readonly delivery: string;
  /** JSON. */
  readonly body: string;
}

/** What automations need of a client for webhooks. */
export interface Webhook {
  /** One attempt. @throws WebhookFailed; something else when the signal aborts it */
  call(call: WebhookCall, signal: AbortSignal): Promise<void>;
}

/** Who was called did not take the call. The message holds nothing of URL and answer. */
export class WebhookFailed extends Error {
  override readonly name = "WebhookFailed";
  /** Another attempt would fail as well. */
  readonly permanent: boolean;
  /** When it wants to be called again, in ms from now. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, permanent: boolean, retryAfterMs?: number) {
    super(message);
    this.permanent = permanent;
    this.retryAfterMs = retryAfterMs;
  }
}
