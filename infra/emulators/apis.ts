import type { StartEmulator } from "./cloud.ts";
import { startFly } from "./fly/emulator.ts";
import { startUpstash } from "./upstash/emulator.ts";

/** Every API that can be emulated; each is a folder. */
export const emulatedApis = { fly: startFly, upstash: startUpstash } as const satisfies Readonly<
  Record<string, StartEmulator>
>;
