import { readFile } from "node:fs/promises";
import { z } from "zod";
import { RequestFailed } from "../control/channel.ts";
import { InvalidFile, readYaml } from "../yaml-file.ts";
import { EXIT, Failure } from "./failure.ts";

/** Settings of an organization as a file has them, YAML or JSON; what they may be, the worker knows. */
export interface SettingsFile {
  readonly settings: Readonly<Record<string, unknown>>;
  /** What the worker says is wrong with them, with the file's lines. */
  placed(error: unknown): unknown;
}

const SETTINGS = z.record(z.string(), z.unknown(), { error: "settings, as name: Loja da Ana" });

/** @throws Failure with file and line */
export async function readSettings(path: string): Promise<SettingsFile> {
  const text = await readFile(path, "utf8").catch(() => {
    throw new Failure(`--settings ${path}: expected a file that can be read`, EXIT.configuration);
  });
  try {
    const { value, lineOf } = readYaml(path, text, SETTINGS);
    return {
      settings: value,
      placed: (error) => {
        if (!(error instanceof RequestFailed)) return error;
        const lines = error.message.split("\n").map((line) => {
          const at = pathOf(line);
          return at !== undefined && Object.hasOwn(value, at[0]) ? `${path}:${lineOf(at)}: ${line}` : line;
        });
        return new Failure(lines.join("\n"), EXIT.configuration);
      },
    };
  } catch (error) {
    if (error instanceof InvalidFile) throw new Failure(error.message, EXIT.configuration);
    throw error;
  }
}

/** `team[0].number: expected …` begins with a place. */
function pathOf(line: string): [string, ...(string | number)[]] | undefined {
  const place = /^[A-Za-z]\w*(?:\.[\w-]+|\[\d+\])*(?=: )/.exec(line)?.[0];
  const parts = place?.match(/[\w-]+/g);
  if (parts === undefined || parts === null) return undefined;
  const [first, ...rest] = parts;
  return [first!, ...rest.map((part) => (/^\d+$/.test(part) ? Number(part) : part))];
}
