import { isAbsolute } from "node:path";
import { z } from "zod";

/**
 * The configuration of the provider. What is not text arrives as JSON text, as the engine has it. A message completes
 * "expected …"; whoever adds a token says `.meta({ secret: true })`.
 */
export const configSchema = z.strictObject({
  home: z
    .string("an absolute path")
    .refine(isAbsolute, "an absolute path")
    .describe("Folder of what this machine keeps: images, services."),
});

export type Config = z.output<typeof configSchema>;

/** The engine's own settings of a provider, which it hands over together with ours. */
export const ENGINES_KEYS: ReadonlySet<string> = new Set(["version", "pluginDownloadURL"]);

/** Where things are on this machine: another one, with the same state, has changed nothing. */
export const MACHINES_KEYS: ReadonlySet<string> = new Set(["home"]);
