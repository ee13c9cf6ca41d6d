import { regionOf } from "../provider/upstash/databases.ts";
import type { Advice, AdviceParts } from "./advice.ts";
import { databaseAt } from "./found.ts";
import { servicesOf } from "./selection.ts";
import { aboutService } from "./service-advice.ts";
import { aboutStore } from "./store-advice.ts";

/** Regions of Upstash that are beside those of Render. */
const BESIDE: Readonly<Record<string, readonly string[]>> = {
  oregon: ["us-west-2"],
  ohio: ["us-east-2"],
  virginia: ["us-east-1", "us-east4"],
  frankfurt: ["eu-central-1"],
  singapore: ["ap-southeast-1"],
};
/** The one at Render that is nearest to Brazil. */
const NEAREST_TO_BRAZIL = "virginia";

/** What is unwise about what runs today, and how each is mended. */
export function adviceFor(parts: AdviceParts): readonly Advice[] {
  const services = servicesOf(parts.selection);
  return [
    ...(parts.isOurs ? [] : [otherWorker(parts.stack)]),
    ...services.flatMap((service) => aboutService(service, parts.stack)),
    ...aboutStore(parts),
    ...aboutPlace(parts),
    ...aboutEnvironment(parts),
  ];
}

function otherWorker(stack: string): Advice {
  return {
    topic: "image",
    what: "what runs today is not the worker of this project",
    why: "its services have no OXY_ENCRYPTION_KEYS; taking over replaces what runs in them by the image that the stack's config names",
    steps: [
      "npm run image, and push it to a registry that Render pulls from",
      `write it into the stack's file as image, by its digest, before hold goes: npx oxy preview -s ${stack} --image <registry>/<name>@sha256:<digest>`,
    ],
  };
}

function aboutPlace({ selection, stack }: AdviceParts): Advice[] {
  const { region } = (selection.worker ?? selection.web).thing.service.serviceDetails;
  const store = regionOf(selection.database.thing) ?? "unknown";
  const beside = BESIDE[region] ?? [];
  return [
    ...(beside.includes(store)
      ? []
      : [
          {
            topic: "distance",
            what: `the services are in ${region} and the database in ${store}`,
            why: "each message takes several round trips to the store",
            steps: [
              `a database does not move. A fleet does: run it beside the store, with another region or host (npx oxy use, ${switching(stack)})`,
            ],
          },
        ]),
    ...(region === NEAREST_TO_BRAZIL
      ? []
      : [
          {
            topic: "region",
            what: `the services are in ${region}, far from Brazil`,
            why: `Render has nothing in South America; its ${NEAREST_TO_BRAZIL} is about 65 ms nearer than its oregon, Fly.io has São Paulo. Store and workers belong together, so it is a decision about both`,
            steps: [switching(stack)],
          },
        ]),
  ];
}

function switching(stack: string): string {
  return `once nothing is held: change host and region of the fleet, npx oxy preview -s ${stack}, npx oxy up -s ${stack}; the old fleet drains when the new one is ready`;
}

function aboutEnvironment({ settings, selection }: AdviceParts): Advice[] {
  const { database } = selection;
  const elsewhere = servicesOf(selection).filter(
    ({ environment }) =>
      environment["REDIS_URL"] !== undefined &&
      databaseAt(environment["REDIS_URL"], [database.thing]) === undefined,
  );
  return [
    ...(settings.unknown.length === 0
      ? []
      : [
          {
            topic: "environment",
            what: `the worker knows no setting ${settings.unknown.join(", ")}`,
            why: "the environment is written as a whole: these go when the services are taken over",
            steps: ["keep what you still need of them before hold goes"],
          },
        ]),
    ...(settings.disagreeing.length === 0
      ? []
      : [
          {
            topic: "environment",
            what: `the services do not agree on ${settings.disagreeing.join(", ")}`,
            why: "a stack has one environment; the worker's values were taken",
            steps: ["look at them in the stack's file before hold goes"],
          },
        ]),
    ...elsewhere.map(({ service }) => ({
      topic: "store",
      what: `REDIS_URL of ${service.name} points at another Redis than database "${database.thing.database_name}"`,
      why: "both services get this database's address when they are taken over: what is queued in the other one stays behind",
      steps: ["let the other one run empty before hold goes"],
    })),
  ];
}
