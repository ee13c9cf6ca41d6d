import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { AxeResults } from "axe-core";
import { chromium, type Browser, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { documentOf } from "../compare/report/document-of.ts";
import { htmlOf } from "../compare/report/html/html-of.ts";
import type { Language } from "../compare/report/words.ts";
import { CHROMIUM, NEEDS_CHROMIUM, SCREENSHOTS } from "../dev/browser-fixture.ts";
import { comparisonOf } from "./comparison-fixture.ts";

/** How a reader may look at it. */
const LOOKS = {
  light: { viewport: { width: 1280, height: 900 }, colorScheme: "light" },
  dark: { viewport: { width: 1280, height: 900 }, colorScheme: "dark" },
  mobile: { viewport: { width: 360, height: 740 }, colorScheme: "light" },
} as const;
const LANGUAGES: readonly Language[] = ["en", "pt-BR"];
const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

describe.skipIf(CHROMIUM === undefined)(`the page in a browser (${NEEDS_CHROMIUM})`, () => {
  let browser: Browser;
  let folder: string;
  let screenshots: string;
  const paths = new Map<Language, string>();

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "comparison-page-"));
    screenshots = SCREENSHOTS ?? folder;
    await mkdir(screenshots, { recursive: true });
    const { comparison, catalogue } = await comparisonOf({ isExplained: true, current: "render-current" });
    for (const language of LANGUAGES) {
      const path = join(folder, `${language}.html`);
      await writeFile(path, htmlOf(documentOf(comparison, catalogue, language), undefined));
      paths.set(language, path);
    }
    // As root, which CI is, Chromium has no sandbox of its own; the page is ours.
    browser = await chromium.launch({ executablePath: CHROMIUM ?? "", args: ["--no-sandbox"] });
  });
  afterAll(async () => {
    await browser.close();
    await rm(folder, { recursive: true });
  });

  async function opened(
    language: Language,
    look: keyof typeof LOOKS,
  ): Promise<{ page: Page; heard: string[] }> {
    const page = await browser.newPage(LOOKS[look]);
    const heard: string[] = [];
    const url = pathToFileURL(paths.get(language) ?? "").href;
    page.on("console", (message) => heard.push(message.text()));
    page.on("pageerror", (error) => heard.push(error.message));
    page.on("request", (request) => {
      if (request.url() !== url && !request.url().startsWith("data:"))
        heard.push(`asked for ${request.url()}`);
    });
    await page.goto(url);
    return { page, heard };
  }

  describe.each(LANGUAGES)("in %s", (language) => {
    it.each(Object.keys(LOOKS) as (keyof typeof LOOKS)[])(
      "asks for nothing, says nothing to the console, is accessible and fits the screen: %s",
      async (look) => {
        const { page, heard } = await opened(language, look);
        const { width } = LOOKS[look].viewport;
        expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
        await page.screenshot({ path: join(screenshots, `${language} ${look}.png`), fullPage: true });
        expect(heard).toEqual([]);
        expect(await violationsOf(page)).toEqual([]);
        await page.close();
      },
    );

    it("has a name for every chart, table, and heading, and every link leads somewhere", async () => {
      const { page } = await opened(language, "light");
      expect(await page.getByRole("img").count()).toBeGreaterThanOrEqual(4);
      for (const chart of await page.getByRole("img").all()) {
        const named = async (attribute: string): Promise<string> =>
          await page.locator(`#${await chart.getAttribute(attribute)}`).innerText();
        const [title, words] = [await named("aria-labelledby"), await named("aria-describedby")];
        expect(title).not.toBe("");
        expect(words.length).toBeGreaterThan(40);
        expect(await chart.locator("svg").count()).toBe(1);
      }
      for (const landmark of ["banner", "navigation", "main", "contentinfo"] as const)
        expect(await page.getByRole(landmark).count()).toBe(1);
      expect(await page.locator("table:not(:has(caption)), table:not(:has(th[scope=col]))").count()).toBe(0);
      const lost = await page.evaluate(`[...document.querySelectorAll('a[href^="#"]')]
        .map((link) => link.getAttribute("href").slice(1))
        .filter((id) => document.getElementById(id) === null)`);
      expect(lost).toEqual([]);
      await page.close();
    });

    it("says who says so of every figure", async () => {
      const { page } = await opened(language, "light");
      const titles = await page
        .locator("abbr, a.figure")
        .evaluateAll((figures) => figures.map((figure) => figure.getAttribute("title") ?? ""));
      expect(titles.length).toBeGreaterThan(50);
      expect(titles.filter((title) => title.trim() === "")).toEqual([]);
      await page.close();
    });

    it("is printed on white, whatever the screen is, and nothing of it is cut off", async () => {
      const { page } = await opened(language, "dark");
      await page.emulateMedia({ media: "print", colorScheme: "dark" });
      // A4 less its margins, at 96 dots an inch.
      await page.setViewportSize({ width: 703, height: 1_000 });
      await page.screenshot({ path: join(screenshots, `${language} print.png`), fullPage: true });
      expect(await page.evaluate("getComputedStyle(document.body).backgroundColor")).toBe(
        "rgb(255, 255, 255)",
      );
      expect(await page.evaluate("getComputedStyle(document.body).color")).toBe("rgb(0, 0, 0)");
      const pdf = await page.pdf({ format: "A4" });
      expect(pdf.subarray(0, 5).toString()).toBe("%PDF-");
      await page.close();
    });
  });

  it("draws with colours that differ from light to dark", async () => {
    const colour = async (look: keyof typeof LOOKS) => {
      const { page } = await opened("en", look);
      const filled = await page.evaluate(`getComputedStyle(document.querySelector("figure svg text")).fill`);
      await page.close();
      return filled;
    };
    const [light, dark] = [await colour("light"), await colour("dark")];
    expect(light).not.toBe(dark);
  });
});

async function violationsOf(page: Page): Promise<readonly string[]> {
  // The page's own policy lets no script in: the browser's debugger does.
  await page.evaluate(await readFile(AXE, "utf8"));
  const { violations } = await page.evaluate(
    async () => await (globalThis as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run(),
  );
  return violations.map(
    ({ id, help, nodes }) =>
      `${id}: ${help}: ${nodes
        .slice(0, 3)
        .map(({ html }) => html)
        .join(" ")}`,
  );
}
