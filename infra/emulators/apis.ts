import type { StartEmulator } from "./cloud.ts";

/** Every API that can be emulated; each is a folder. */
export const emulatedApis = {} as const satisfies Readonly<Record<string, StartEmulator>>;
