import { existsSync } from "node:fs";

/** Debian's, which .ci/run installs; `OXY_CHROMIUM` names another one. Nothing is downloaded. */
const PLACES = [
  process.env["OXY_CHROMIUM"],
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
];

/** A browser of this machine, if there is one. */
export const CHROMIUM = PLACES.find((path) => path !== undefined && path !== "" && existsSync(path));

/** A folder where screenshots stay, to be looked at; without it they are only taken. */
export const SCREENSHOTS = process.env["OXY_SCREENSHOTS"] || undefined;

/** Why its tests are skipped. */
export const NEEDS_CHROMIUM = "needs Chromium: apt-get install chromium, or OXY_CHROMIUM";
