import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** When whoever waited for the process has been answered, in ms. */
const AFTER_MS = 10_000;

/**
 * What a start leaves behind, texts of modules above all, V8 collects only once as much again was taken: an idle process
 * would keep 25 MB of it for ever. Collected once, in about 50 ms.
 */
export function collectAfterStart(): void {
  setTimeout(() => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as (options: object) => void;
    setFlagsFromString("--no-expose-gc");
    // Any other flavour keeps the emptied pages.
    collect({ type: "major", execution: "sync", flavor: "last-resort" });
  }, AFTER_MS).unref();
}
