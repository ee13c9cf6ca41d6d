/** From the properties of a resource down to a value. */
export type Path = readonly (string | number)[];

/** As the engine writes it: `a.b[0]["a key"]`. */
export function formatPath(path: Path): string {
  return path.reduce<string>((whole, step) => {
    if (typeof step === "number") return `${whole}[${step}]`;
    if (!/^[A-Za-z_$][\w$-]*$/.test(step)) return `${whole}[${JSON.stringify(step)}]`;
    return whole === "" ? step : `${whole}.${step}`;
  }, "");
}

/** Whether `path` is at or below what `pattern` names, where `*` is any step. */
export function isBelow(path: Path, pattern: string): boolean {
  const steps = parsePath(pattern);
  return (
    steps.length <= path.length && steps.every((step, depth) => step === "*" || step === `${path[depth]}`)
  );
}

function parsePath(text: string): string[] {
  const steps = text.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\d+|\*)\]|([^.[\]]+)/g);
  return [...steps].map(
    ([, quoted, index, name]) => quoted?.replaceAll(/\\(.)/g, "$1") ?? index ?? name ?? "",
  );
}
