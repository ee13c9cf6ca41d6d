import type { Target } from "./rehearsal-fixture.ts";

const upstash = (region: string) => `kind: upstash\nregion: ${region}\n`;

/** A small deployment on each host behind an API, with its own store where it has one. */
export const targets = {
  render: { store: upstash("us-east-1"), fleet: "host: render\nregion: virginia\nsize: starter\n" },
  fly: { store: upstash("us-east-1"), fleet: "host: fly\nregion: gru\nsize: shared-1x-1gb\n" },
  railway: {
    store: "kind: railway-redis\nregion: us-east4\nopenToInternet: true\n",
    fleet: "host: railway\nregion: us-east4\nsize: small\n",
  },
  "render, private": {
    store: "kind: render-key-value\nregion: oregon\n",
    fleet: "host: render\nregion: oregon\nsize: starter\n",
  },
} as const satisfies Readonly<Record<string, Target>>;
