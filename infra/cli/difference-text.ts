import { styleText } from "node:util";
import { createTwoFilesPatch, FILE_HEADERS_ONLY } from "diff";

const CONTEXT_LINES = 3;
const COLORS = { "+": "green", "-": "red", "@": "cyan" } as const;

/** What changes in a text file, as people know it from git, coloured where the terminal has colours. */
export function differenceText(path: string, before: string | undefined, after: string): string {
  const from = before === undefined ? "/dev/null" : path;
  const patch = createTwoFilesPatch(from, path, before ?? "", after, undefined, undefined, {
    context: CONTEXT_LINES,
    headerOptions: FILE_HEADERS_ONLY,
  });
  return patch.trimEnd().split("\n").map(colored).join("\n");
}

function colored(line: string): string {
  const color = COLORS[line[0] as keyof typeof COLORS];
  return color === undefined || /^(\+\+\+|---) /.test(line) ? line : styleText(color, line);
}
