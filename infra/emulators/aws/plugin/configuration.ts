import { plain, type Plain, type Values } from "../../../provider/values.ts";
import type { Declarations } from "../sdk/declarations.ts";
import { problemsIn } from "../sdk/problems.ts";
import type { Region } from "./resources.ts";

/** What the engine puts beside the provider's own configuration. */
const ENGINES = new Set(["version", "pluginDownloadURL", "parameterization"]);

/** What is wrong with a provider's configuration, by the SDK's types. */
export async function problemsOf(given: Values, declarations: Declarations): Promise<readonly string[]> {
  const properties = await declarations.provider();
  const own = Object.entries(opened(given)).filter(([key]) => !ENGINES.has(key));
  return await problemsIn(Object.fromEntries(own) as Values, properties, declarations);
}

/** @throws Error in the words of AWS's provider, when it is for another account, or says no region */
export function regionIn(given: Values, account: string): Region {
  const { region, allowedAccountIds, forbiddenAccountIds, defaultTags } = opened(given);
  const allowed = textsIn(allowedAccountIds);
  if ((allowed.length > 0 && !allowed.includes(account)) || textsIn(forbiddenAccountIds).includes(account))
    throw new Error(`AWS account ID not allowed: ${account} (allowed: ${allowed.join(", ") || "others"})`);
  if (typeof region !== "string" || region === "")
    throw new Error("Invalid AWS Region: expected one in the provider's configuration, got nothing");
  const { tags = {} } = (defaultTags ?? {}) as { readonly tags?: Readonly<Record<string, string>> };
  return { name: region, defaultTags: tags };
}

/** What is not text arrives as JSON text. */
function opened(given: Values): Readonly<Record<string, Plain>> {
  return Object.fromEntries(
    Object.entries(given).map(([key, value]) => {
      const inside = plain(value);
      const isJson = typeof inside === "string" && /^[[{]|^(true|false)$/.test(inside);
      return [key, isJson ? (JSON.parse(inside) as Plain) : inside];
    }),
  );
}

function textsIn(value: Plain | undefined): readonly string[] {
  return Array.isArray(value) ? (value as readonly string[]) : [];
}
