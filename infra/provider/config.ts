import { isAbsolute } from "node:path";
import { z } from "zod";

const settings = z.record(z.string().regex(/^[A-Z][A-Z0-9_]*$/), z.string());

function areSettings(text: string): boolean {
  try {
    return settings.safeParse(JSON.parse(text)).success;
  } catch {
    return false;
  }
}

/**
 * The configuration of the provider. What is not text arrives as JSON text, as the engine has it. A message completes
 * "expected …"; whoever adds a token says `.meta({ secret: true })`.
 */
export const configSchema = z.strictObject({
  home: z
    .string("an absolute path")
    .refine(isAbsolute, "an absolute path")
    .describe("Folder of what this machine keeps: images, services."),
  credentials: z
    .string("an object as JSON")
    .refine(areSettings, "an object as JSON, with names of environment variables and texts")
    .optional()
    .describe(
      "Credentials and addresses of the APIs of hosts and stores, by environment variable; the rest is taken from the environment.",
    )
    .meta({ secret: true }),
});

/** Credentials and addresses, by environment variable. */
export function settingsIn({ credentials = "{}" }: Config): Readonly<Record<string, string>> {
  return settings.parse(JSON.parse(credentials));
}

export type Config = z.output<typeof configSchema>;

/** The engine's own settings of a provider, which it hands over together with ours. */
export const ENGINES_KEYS: ReadonlySet<string> = new Set(["version", "pluginDownloadURL"]);

/** Where things are on this machine, and who calls the APIs: others, with the same state, have changed nothing. */
export const MACHINES_KEYS: ReadonlySet<string> = new Set(["home", "credentials"]);
