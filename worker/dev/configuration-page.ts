import { docOf, environmentShape } from "../environment.ts";
import type { EnvironmentKey } from "../environment.ts";

/** `docs/configuration.md`, from the schema. Run directly, this module prints it. */
export function configurationPage(): string {
  const rows = (Object.keys(environmentShape) as EnvironmentKey[]).map((key) => {
    const { about, expected, default: value, required, secret } = docOf(key);
    const unset =
      required === undefined ? (value === undefined ? "unset" : `\`${value}\``) : `required ${required}`;
    return `| \`${key}\` | ${about}${secret ? " Secret." : ""} | ${expected} | ${unset} |`;
  });
  return [
    "# Configuration",
    "",
    "The worker is configured by its environment alone, read once when it starts. An empty value counts as unset, an",
    "unknown key that starts with `OXY_` is refused, and every problem is reported at once, never with a secret's value.",
    "",
    "This page is generated: `node worker/dev/configuration-page.ts > docs/configuration.md`.",
    "",
    "| key | what | value | default |",
    "| --- | --- | --- | --- |",
    ...rows,
    "",
  ].join("\n");
}

if (import.meta.main) process.stdout.write(configurationPage());
