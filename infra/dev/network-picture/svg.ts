/** A place, from the left and from the top. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Box extends Point {
  readonly width: number;
  readonly height: number;
}

type BoxKind = "outside" | "network" | "zone" | "subnet" | "thing";

/** Colours of its own on a ground of its own, in both schemes: it is read inside pages of any colour. */
const STYLE = `
  .ground { fill: #ffffff } text { fill: #1f2937; font: 12px system-ui, sans-serif }
  .strong { font-weight: 600 } .faint { fill: #6b7280 }
  .outside { fill: #f3f4f6; stroke: #9ca3af } .network { fill: #eff6ff; stroke: #3b82f6 }
  .zone { fill: none; stroke: #9ca3af; stroke-dasharray: 4 3 } .subnet { fill: #ffffff; stroke: #9ca3af }
  .halo { fill: none; stroke: #ffffff; stroke-width: 5; stroke-linejoin: round } .halo.within { stroke: #eff6ff }
  .thing { fill: #dbeafe; stroke: #3b82f6 } .arrow { stroke: #374151; stroke-width: 1.5; fill: none }
  .copy { stroke-dasharray: 4 3 } .head { fill: #374151 }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #0f172a } text { fill: #e5e7eb } .faint { fill: #9ca3af }
    .outside { fill: #1f2937; stroke: #6b7280 } .network { fill: #172033; stroke: #60a5fa }
    .zone { stroke: #6b7280 } .subnet { fill: #0f172a; stroke: #6b7280 } .thing { fill: #1e3a5f; stroke: #60a5fa }
    .halo { stroke: #0f172a } .halo.within { stroke: #172033 }
    .arrow { stroke: #d1d5db } .head { fill: #d1d5db }
  }
`;

/** A drawing as SVG, that says in words what it shows to whoever cannot see it. */
export function drawing(
  { width, height }: Pick<Box, "width" | "height">,
  { title, description }: { readonly title: string; readonly description: string },
  parts: readonly string[],
): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title description">`,
    `<title id="title">${escaped(title)}</title>`,
    `<desc id="description">${escaped(description)}</desc>`,
    `<style>${STYLE}</style>`,
    `<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path class="head" d="M0 0 8 4 0 8z"/></marker></defs>`,
    `<rect class="ground" width="${width}" height="${height}"/>`,
    ...parts,
    "</svg>",
    "",
  ].join("\n");
}

export function box(kind: BoxKind, { x, y, width, height }: Box): string {
  return `<rect class="${kind}" x="${x}" y="${y}" width="${width}" height="${height}" rx="6"/>`;
}

export function words(
  text: string,
  { x, y }: Point,
  {
    kind,
    anchor = "start",
  }: { readonly kind?: "strong" | "faint"; readonly anchor?: "start" | "middle" } = {},
): string {
  const of = kind === undefined ? "" : ` class="${kind}"`;
  return `<text${of} x="${x}" y="${y}" text-anchor="${anchor}">${escaped(text)}</text>`;
}

/** Over arrows, on the ground of what it is in. */
export function label(
  text: string,
  place: Point,
  on: "network" | "subnet",
  kind?: "strong" | "faint",
): string {
  const { x, y } = place;
  const halo = `halo${on === "network" ? " within" : ""}${kind === "strong" ? " strong" : ""}`;
  return `<text class="${halo}" x="${x}" y="${y}">${escaped(text)}</text>${words(text, place, kind === undefined ? {} : { kind })}`;
}

export function arrow(from: Point, to: Point, kind: "goes" | "copies" = "goes"): string {
  const of = kind === "copies" ? "arrow copy" : "arrow";
  return `<path class="${of}" d="M${from.x} ${from.y} ${to.x} ${to.y}" marker-end="url(#head)"/>`;
}

function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
