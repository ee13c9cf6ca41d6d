import type { Settings } from "../api/api.ts";
import { credentialChain, likelySource, triedInVain } from "../aws/account/credentials.ts";
import type { TokenState } from "./token-check.ts";

/** As hosts and stores at AWS call what they are deployed through. It has no token: its SDKs look in several places. */
export const AWS = "AWS";

/** Where every account is known, if nobody says where it works. */
const REGION = "us-east-1";

/**
 * Whether AWS's SDKs would find credentials, and where; which ones, nobody is told.
 * @param check also asks AWS whose they are; without it, nothing leaves this machine
 */
export async function awsCredentialState(settings: Settings, check: boolean): Promise<TokenState> {
  const source = await likelySource(settings);
  if (!check) return source === undefined ? await none(settings) : { fine: true, found: hopeful(source) };
  const { introduce } = await import("../aws/account/identity.ts");
  const introduction = await introduce(settings["AWS_REGION"] || REGION, settings);
  switch (introduction.is) {
    case "known":
    case "elsewhere": {
      const { account, arn } = introduction.identity;
      return { fine: true, found: `${source?.name ?? "found"}, and accepted: account ${account}, ${arn}` };
    }
    case "refused":
      return { fine: false, found: introduction.why };
    case "unreachable":
      return { fine: false, found: `AWS could not be reached ${introduction.why}` };
  }
}

/** A sentence for a stack that cannot do without them; undefined where some may be there. */
export async function missingAwsCredentials(settings: Settings): Promise<string | undefined> {
  const { fine, found } = await awsCredentialState(settings, false);
  return fine ? undefined : `${AWS}: expected credentials, got ${found}`;
}

async function none(settings: Settings): Promise<TokenState> {
  const tried = triedInVain(await credentialChain(settings));
  return { fine: false, found: `none from ${tried}; aws configure or aws sso login make a profile` };
}

function hopeful({
  name,
  has,
}: {
  readonly name: string;
  readonly has: "some" | "none" | "unknown";
}): string {
  return has === "some" ? name : `${name}, maybe: only --check asks for it`;
}
