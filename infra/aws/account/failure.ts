import { ApiFailed, causeOf } from "../../api/failure.ts";
import type { Settings } from "../../api/api.ts";
import { credentialChain, likelySource, triedInVain } from "./credentials.ts";

/** As AWS's services name them, each its own way. */
const EXPIRED = new Set(["ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"]);
const REFUSED = new Set([
  "AuthFailure",
  "IncompleteSignature",
  "InvalidClientTokenId",
  "InvalidSignatureException",
  "MissingAuthenticationToken",
  "SignatureDoesNotMatch",
  "UnrecognizedClientException",
]);
const DENIED = new Set(["AccessDenied", "AccessDeniedException", "UnauthorizedOperation"]);
const MISSING = new Set([
  "ClusterNotFoundException",
  "ResourceNotFoundException",
  "ServiceNotFoundException",
]);
const BUSY = new Set([
  "RequestLimitExceeded",
  "Throttling",
  "ThrottlingException",
  "TooManyRequestsException",
]);
/** Of the SDK, before anybody is called. */
const NO_CREDENTIALS = new Set(["CredentialsProviderError", "TokenProviderError"]);
const NONE_FOUND = "Could not load credentials from any providers";

/** Of the SDK, or of the system under it. */
export type SdkError = Error & {
  readonly code?: unknown;
  readonly hostname?: unknown;
  readonly address?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number };
};

/** What was asked, and of whom. */
interface Asked {
  /** Completes "AWS refused to …". */
  readonly doing: string;
  readonly region: string;
}

/** Why a call to AWS came to nothing, as a sentence. @param settings that it was made with */
async function awsFailure(error: SdkError, { doing, region }: Asked, settings: Settings): Promise<ApiFailed> {
  const { name } = error;
  const words = `${name}: ${error.message}`;
  const problem = await credentialProblem(error, settings);
  if (problem !== undefined) return new ApiFailed("unauthorized", `credentials: ${problem}`);
  if (DENIED.has(name)) {
    const action = /not authorized to perform: (?<action>[\w-]+:\w+)/.exec(error.message)?.groups?.["action"];
    const wanted = action === undefined ? "" : `, which takes ${action}`;
    return new ApiFailed("forbidden", `AWS does not allow these credentials to ${doing}${wanted} (${words})`);
  }
  if (MISSING.has(name))
    return new ApiFailed("missing", `AWS found nothing in ${region} when asked to ${doing} (${words})`);
  if (BUSY.has(name)) return new ApiFailed("busy", `AWS could not ${doing}: too many requests (${words})`);
  const unreachable = unreachableAt(error);
  if (unreachable !== undefined)
    return new ApiFailed("unavailable", `AWS could not be reached ${unreachable}, to ${doing} in ${region}`);
  const status = error.$metadata?.httpStatusCode;
  return new ApiFailed(
    status === undefined ? "unavailable" : causeOf(status),
    `AWS failed to ${doing} (${words})`,
  );
}

/** What is wrong with the credentials: `expected …, got …`; undefined where it is something else. */
export async function credentialProblem(error: SdkError, settings: Settings): Promise<string | undefined> {
  const { name, message } = error;
  const words = `${name}: ${message}`;
  if (NO_CREDENTIALS.has(name) && message === NONE_FOUND) {
    const tried = triedInVain(await credentialChain(settings));
    return `expected credentials of AWS, got none from ${tried}; aws configure or aws sso login make a profile, AWS_PROFILE names it`;
  }
  const from = (await likelySource(settings))?.name ?? "somewhere";
  const profile = settings["AWS_PROFILE"] ? ` --profile ${settings["AWS_PROFILE"]}` : "";
  const again = `aws sso login${profile}, or whatever made them, makes new ones`;
  if (NO_CREDENTIALS.has(name))
    return /expired/i.test(message)
      ? `expected valid credentials of AWS, got expired ones from ${from}: ${again} (${message})`
      : `expected credentials of AWS, got none from ${from}, which the chain stops at (${message})`;
  if (EXPIRED.has(name))
    return `expected valid credentials of AWS, got expired ones from ${from}: ${again} (${words})`;
  if (REFUSED.has(name))
    return `expected credentials that AWS accepts, got refused ones from ${from} (${words})`;
  return undefined;
}

/** Where, and why, in the system's words. */
export function unreachableAt({ name, code, hostname, address, message }: SdkError): string | undefined {
  if (name === "TimeoutError" || name === "AbortError") return `in time (${message})`;
  if (typeof code !== "string" || !/^E[A-Z_]+$|^UND_ERR|CERT|SELF_SIGNED/.test(code)) return undefined;
  const where = hostname ?? address;
  return typeof where === "string" ? `at ${where} (${code})` : `(${code})`;
}

/** What AWS answers. @throws ApiFailed with why it does not */
export async function answered<Answer>(
  call: Promise<Answer>,
  asked: Asked,
  settings: Settings,
): Promise<Answer> {
  try {
    return await call;
  } catch (error) {
    throw await awsFailure(error as SdkError, asked, settings);
  }
}
