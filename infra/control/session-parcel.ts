import { sealFor } from "./sealing.ts";

/** Characters of values in one part: with what sealing adds, it stays below the 1 MB that some stores take at once. */
const PART_SIZE = 256 * 1024;

/**
 * A session as the owner of its organization takes it over: in parts, each sealed for its place among the others.
 * @param keys OXY_ENCRYPTION_KEYS of the deployment
 * @param replace whether a linked session may be given up for it
 */
export function sessionParcel(
  values: ReadonlyMap<string, string>,
  to: {
    readonly namespace: string;
    readonly organization: string;
    readonly keys: string;
    readonly replace: boolean;
  },
): string[] {
  const parts: [string, string][][] = [[]];
  let size = 0;
  for (const [field, value] of values) {
    if (size > 0 && size + value.length > PART_SIZE) {
      parts.push([]);
      size = 0;
    }
    parts.at(-1)?.push([field, value]);
    size += field.length + value.length;
  }
  const at = Date.now();
  return parts.map((part, index) =>
    sealFor(
      to.keys,
      `{${to.namespace}}:import:${to.organization} ${index + 1}/${parts.length}`,
      JSON.stringify({ at, replace: to.replace, values: part }),
    ),
  );
}
