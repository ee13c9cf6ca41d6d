import { spawn } from "node:child_process";
import { closeSync, writeFileSync } from "node:fs";
import { text } from "node:stream/consumers";

/** A service to supervise: `child-fixture.ts <home> <behaviour> [argument]`; home is there to be found in `ps`. */
const [, main = "", home = "", behaviour, argument = ""] = process.argv;

switch (behaviour) {
  case "idle":
    console.log("idle");
    break;
  case "deaf":
    process.on("SIGTERM", () => console.log("heard"));
    console.log("deaf");
    break;
  case "family":
    process.on("SIGTERM", () => {});
    spawn(process.execPath, [main, home, "idle"], { stdio: "inherit" });
    break;
  case "slow":
    process.on("SIGTERM", () => setTimeout(() => process.exit(0), Number(argument)));
    console.log("slow");
    break;
  case "fail":
    console.log(`started at ${Date.now()}`);
    console.error(argument);
    process.exit(3);
    break;
  case "mute":
    closeSync(1);
    closeSync(2);
    writeFileSync(argument, "");
    break;
  case "print":
    for (let line = 0; line < Number(argument); line++) console.log(`line ${line}`.padEnd(99, "."));
    console.log("printed");
    break;
  case "read":
    console.log(`read ${(await text(process.stdin)).length} of ${Object.keys(process.env).join(",")}`);
    break;
}
setInterval(() => {}, 60_000);
