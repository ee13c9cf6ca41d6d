import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import type { Settings } from "../../api/api.ts";
import { ApiFailed } from "../../api/failure.ts";
import { credentialProblem, unreachableAt, type SdkError } from "./failure.ts";

/** Whose credentials they are. */
interface Identity {
  /** 12 digits. */
  readonly account: string;
  readonly arn: string;
}

/** What AWS said, or why it said nothing. */
export type Introduction =
  | { readonly is: "known"; readonly identity: Identity }
  /** What is wrong with the credentials: `expected …, got …`. */
  | { readonly is: "refused"; readonly why: string }
  /** They are good, but nobody has switched this region on for the account. */
  | { readonly is: "elsewhere"; readonly identity: Identity }
  | { readonly is: "unreachable"; readonly why: string };

/** A region that every account has, and none can switch off (AWS docs, regions, 2026). */
const EVERYWHERE = "us-east-1";
/** All in ms. The instance metadata has a second of its own, in the SDK. */
const CONNECT_MS = 3_000;
const ANSWER_MS = 5_000;
const PATIENCE_MS = 15_000;

/**
 * Asks AWS whose credentials the SDK's chain finds. Everybody may ask that, and no policy can forbid it.
 * @param settings that the chain reads, for the words of a refusal
 * @param patienceMs for one answer, and what it takes to be given credentials
 */
export async function introduce(
  region: string,
  settings: Settings,
  patienceMs = PATIENCE_MS,
): Promise<Introduction> {
  try {
    return { is: "known", identity: await callerIn(region, patienceMs) };
  } catch (error) {
    // A region that is not switched on knows nobody: the same refusal as of a key that does not exist.
    if ((error as Error).name === "InvalidClientTokenId" && region !== EVERYWHERE) {
      const identity = await callerIn(EVERYWHERE, patienceMs).catch(() => undefined);
      if (identity !== undefined) return { is: "elsewhere", identity };
    }
    const why = await credentialProblem(error as SdkError, settings);
    if (why !== undefined) return { is: "refused", why };
    const where = unreachableAt(error as SdkError);
    const { name, message } = error as Error;
    return { is: "unreachable", why: where ?? `(${name}: ${message})` };
  }
}

async function callerIn(region: string, patienceMs: number): Promise<Identity> {
  const client = new STSClient({
    region,
    maxAttempts: 2,
    requestHandler: { connectionTimeout: CONNECT_MS, requestTimeout: ANSWER_MS, throwOnRequestTimeout: true },
  });
  try {
    const { Account, Arn } = await within(patienceMs, client.send(new GetCallerIdentityCommand({})));
    if (Account === undefined || Arn === undefined)
      throw new ApiFailed("unavailable", "AWS did not say whose credentials these are");
    return { account: Account, arn: Arn };
  } finally {
    client.destroy();
  }
}

/** Also over what credentials come from, a program of somebody's for instance, which the SDK waits for without end. */
async function within<Value>(ms: number, asked: Promise<Value>): Promise<Value> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    late.reject(Object.assign(new Error(`no answer within ${ms / 1_000} s`), { name: "TimeoutError" }));
  }, ms);
  try {
    return await Promise.race([asked, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
