import type { Settings } from "../api/api.ts";
import { ApiClient } from "../api/client.ts";
import type { Context } from "./resource.ts";

/** What a resource works with in a test. @param settings environment variables, of an emulated API for instance */
export function testContext(
  home: string,
  settings: Settings = {},
  signal: AbortSignal = new AbortController().signal,
): Context {
  return {
    home,
    signal,
    progress: () => {},
    api: (api) => new ApiClient(api, settings, { signal }),
  };
}
