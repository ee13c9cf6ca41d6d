import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { projectDirectory } from "../home.ts";
import { analysisPageOfToday } from "./analysis-page.ts";

it("docs/analysis-2025-revisited.md is what the catalogue and the code say", async () => {
  const page = readFileSync(join(projectDirectory, "docs/analysis-2025-revisited.md"), "utf8");
  expect(page).toBe(await analysisPageOfToday());
});
