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

/** The same on AWS, whose API is the engine's plugin: it is no HTTP that could be cut. */
export const awsTargets = {
  "ecs-fargate": {
    store: upstash("us-east-1"),
    fleet: "host: ecs-fargate\nregion: us-east-1\npreset: minimal\n",
  },
  "ecs-fargate, out of reach": {
    store: "kind: elasticache\nregion: us-east-1\npreset: minimal\n",
    fleet: 'host: ecs-fargate\nregion: us-east-1\npreset: minimal\naccount: "210987654321"\n',
  },
  "ecs-fargate, elasticache": {
    store: "kind: elasticache\nregion: us-east-1\npreset: recommended\n",
    fleet: "host: ecs-fargate\nregion: us-east-1\npreset: recommended\n",
  },
} as const satisfies Readonly<Record<string, Target>>;
