import { startAws } from "./aws/emulator.ts";
import type { StartEmulator } from "./cloud.ts";
import { startFly } from "./fly/emulator.ts";
import { startRailway } from "./railway/emulator.ts";
import { startRender } from "./render/emulator.ts";
import { startUpstash } from "./upstash/emulator.ts";

/** Every API that can be emulated; each is a folder. */
export const emulatedApis = {
  render: startRender,
  fly: startFly,
  railway: startRailway,
  upstash: startUpstash,
  aws: startAws,
} as const satisfies Readonly<Record<string, StartEmulator>>;
