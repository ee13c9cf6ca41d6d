import { closestMatch } from "leven";

/** Where in the stack's config; its first part is the key without the project's name. */
export type Path = readonly PropertyKey[];

const MOST_CHARACTERS = 80;

/** Collects what is wrong, one sentence each. A value below a hidden key appears in none of them. */
export class Problems {
  readonly sentences: string[] = [];
  readonly #hidden: ReadonlySet<PropertyKey>;

  constructor(hiddenKeys: Iterable<PropertyKey> = []) {
    this.#hidden = new Set(hiddenKeys);
  }

  /** @param expected completes "expected …" */
  mismatch(path: Path, expected: string, value: unknown, hint?: string): void {
    const [key] = path;
    this.add(path, expected, shown(value, key !== undefined && this.#hidden.has(key)), hint);
  }

  /** @param got completes "got …"; it is printed as it is */
  add(path: Path, expected: string, got: string, hint?: string): void {
    const more = hint === undefined ? "" : `; ${hint}`;
    this.sentences.push(`${written(path)}: expected ${expected}, got ${got}${more}`);
  }
}

/** As Pulumi writes a path: `fleets.main.host`, `environment["odd name"]`. */
function written(path: Path): string {
  return path
    .map(String)
    .map((part, index) => {
      if (/^[A-Za-z_][\w-]*$/.test(part)) return index === 0 ? part : `.${part}`;
      return index === 0 ? quoted(part) : `[${/^\d{1,9}$/.test(part) ? part : quoted(part)}]`;
    })
    .join("");
}

/** @returns a hint at the most similar of `names`, if there is any */
export function nearest(name: string, names: readonly string[]): string | undefined {
  const match = closestMatch(name.slice(0, MOST_CHARACTERS), names);
  return match === undefined ? undefined : `the nearest is ${match}`;
}

/** JSON of a text, cut off where nobody would read on. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text);
}

/** Never what is inside of objects: somebody may have put a secret there. */
function shown(value: unknown, hidden: boolean): string {
  if (value === undefined || value === null) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "an object";
  if (typeof value === "string") return hidden ? `a value of ${value.length} characters` : quoted(value);
  return hidden ? `a ${typeof value}` : String(value);
}
