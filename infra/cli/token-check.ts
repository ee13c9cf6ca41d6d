import { z } from "zod";
import { missingVariables, type Api, type Settings } from "../api/api.ts";
import { ApiClient } from "../api/client.ts";
import { ApiFailed, isApiFailure } from "../api/failure.ts";

/** Whether the credentials of an API are there, and accepted if that was asked. */
export interface TokenState {
  readonly fine: boolean;
  /** Names of variables, never a value. */
  readonly found: string;
}

/** Longer than an API takes that is there, in s. */
const PATIENCE_SECONDS = 15;

/** @param check also asks the API */
export async function tokenState(api: Api, settings: Settings, check: boolean): Promise<TokenState> {
  const missing = missingVariables(api, settings);
  if (missing.length > 0)
    return { fine: false, found: `${missing.join(" and ")} not set; get one: ${api.whereFrom}` };
  const set = `${api.variables.join(" and ")} set`;
  if (!check) return { fine: true, found: set };
  const refusal = await refusalOf(api, settings);
  return refusal === undefined
    ? { fine: true, found: `${set}, and accepted` }
    : { fine: false, found: refusal };
}

async function refusalOf(api: Api, settings: Settings): Promise<string | undefined> {
  const { title, variables, probe } = api;
  if (probe === undefined) return `${variables.join(" and ")} set; nobody knows how to check it`;
  const signal = AbortSignal.timeout(PATIENCE_SECONDS * 1_000);
  try {
    const doing = "say whose credentials these are";
    const answer = z.unknown();
    const body = await new ApiClient(api, settings, { signal }).call({
      ...probe,
      doing,
      answer,
      repeatable: true,
    });
    // GraphQL refuses with status 200.
    const words = api.messageOf(body);
    return words && `${variables.join(" and ")}: ${title} does not accept it (${words})`;
  } catch (error) {
    if (signal.aborted) return `${title} did not answer within ${PATIENCE_SECONDS} s`;
    if (isApiFailure(error, "missing", "forbidden")) return undefined;
    if (error instanceof ApiFailed) return error.message;
    throw error;
  }
}
