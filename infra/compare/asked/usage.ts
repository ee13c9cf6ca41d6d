import { quoted } from "../../stack-config/problems.ts";
import { known } from "../estimate.ts";
import { OptionRefused } from "../option-refused.ts";
import { USUAL_TOKENS, type Profile, type Usage } from "../usage.ts";
import { parseQuantity } from "./quantity.ts";

/** As a person gives it: over what a usage file says. */
export interface AskedUsage {
  readonly messages?: string | undefined;
  readonly sessions?: string | undefined;
  readonly model?: string | undefined;
  readonly inputTokens?: string | undefined;
  readonly outputTokens?: string | undefined;
  readonly cachedShare?: string | undefined;
  readonly hourlyRate?: string | undefined;
  readonly profile?: string | undefined;
}

const MOST = { messages: 1e10, sessions: 1e6, tokens: 1e7, rate: 1e5, percent: 100 } as const;
const PROFILES: readonly Profile[] = ["economy", "standard", "fast-failover"];

/**
 * The usage to compare for.
 * @throws OptionRefused
 */
export function parseUsage(file: Usage, asked: AskedUsage): Usage {
  const { messages, sessions, hourlyRate } = asked;
  const model = asked.model ?? file.ai?.model;
  for (const [option, value] of Object.entries({
    "--input-tokens": asked.inputTokens,
    "--output-tokens": asked.outputTokens,
    "--cached": asked.cachedShare,
  }))
    if (value !== undefined && model === undefined)
      throw new OptionRefused(
        `${option}: expected --model beside it, because tokens have a price of their model, got none`,
      );
  return {
    ...file,
    ...(messages === undefined ? {} : { messages: parseQuantity("--messages", messages, MOST.messages) }),
    ...(sessions === undefined ? {} : { sessions: parseQuantity("--sessions", sessions, MOST.sessions) }),
    ...(hourlyRate === undefined
      ? {}
      : { hourlyRate: parseQuantity("--hourly-rate", hourlyRate, MOST.rate) }),
    ...(model === undefined ? {} : { ai: aiOf(model, file, asked) }),
    profile: asked.profile === undefined ? file.profile : profileIn(asked.profile),
  };
}

function aiOf(model: string, { ai }: Usage, asked: AskedUsage): NonNullable<Usage["ai"]> {
  const tokens = (option: string, text: string | undefined) =>
    text === undefined ? undefined : parseQuantity(option, text, MOST.tokens);
  return {
    model,
    inputTokens: tokens("--input-tokens", asked.inputTokens) ?? ai?.inputTokens ?? USUAL_TOKENS.inputTokens,
    outputTokens:
      tokens("--output-tokens", asked.outputTokens) ?? ai?.outputTokens ?? USUAL_TOKENS.outputTokens,
    cachedShare: shareIn(asked.cachedShare) ?? ai?.cachedShare ?? USUAL_TOKENS.cachedShare,
  };
}

function shareIn(text: string | undefined) {
  if (text === undefined) return undefined;
  const percent = parseQuantity("--cached", text, MOST.percent);
  return known(percent.low / MOST.percent, percent.high / MOST.percent);
}

function profileIn(text: string): Profile {
  const profile = PROFILES.find((one) => one === text);
  if (profile === undefined)
    throw new OptionRefused(`--profile: expected economy, standard or fast-failover, got ${quoted(text)}`);
  return profile;
}
