import type { StartEmulator } from "./cloud.ts";
import { startUpstash } from "./upstash/emulator.ts";

/** Every API that can be emulated; each is a folder. */
export const emulatedApis = { upstash: startUpstash } as const satisfies Readonly<
  Record<string, StartEmulator>
>;
