/** Names since August 2026, each for the same as the one that it was called by before, which Render goes on taking. */
const NEW_NAMES: Readonly<Record<string, string>> = {
  "0.5c-512mb": "starter",
  "1c-2g": "standard",
  "2c-4g": "pro",
};

/** What an instance type, as the API's description has it, is called since August 2026; undefined where that is the same. */
export function newNameOf(plan: string): string | undefined {
  return Object.keys(NEW_NAMES).find((name) => NEW_NAMES[name] === plan);
}

/** An instance type as the API's description has it, by whichever of its names: `pro_plus`. */
export function planOf(name: string): string {
  return NEW_NAMES[name] ?? name.replaceAll("-", "_");
}
