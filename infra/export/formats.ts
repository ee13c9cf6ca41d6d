import { flyToml } from "./fly-toml.ts";
import type { Format } from "./format.ts";
import { railwayJson } from "./railway-json.ts";
import { renderYaml } from "./render-yaml.ts";

/** Every format there is, by the name that its host gives the file. */
export const formats: Readonly<Record<string, Format>> = {
  "render.yaml": renderYaml,
  "fly.toml": flyToml,
  "railway.json": railwayJson,
};
