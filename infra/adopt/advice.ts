import { regionOf } from "../provider/upstash/databases.ts";
import { workload } from "../workload.ts";
import { databaseAt, describedDatabase, kindOf, type FoundService } from "./found.ts";
import type { Selection } from "./selection.ts";
import { planOf, sizeOf } from "./stack-text.ts";
import type { SortedSettings } from "./worker-settings.ts";

/** Something that was seen and is unwise. */
export interface Advice {
  /** In a word, for programs. */
  readonly topic: string;
  readonly what: string;
  readonly why: string;
  /** Each a command, or what to do. */
  readonly steps: readonly string[];
}

export interface AdviceParts {
  readonly stack: string;
  readonly selection: Selection;
  readonly settings: SortedSettings;
  /** Whether what runs today is this worker. */
  readonly isOurs: boolean;
}

/** Render's own, where nobody said otherwise, in s (Render API, early 2026). */
const USUAL_GRACE_SECONDS = 30;
const GRACE_SECONDS = workload.drainSeconds + workload.drainMarginSeconds;
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
  const { web, worker } = parts.selection;
  const services = [web.thing, ...(worker === undefined ? [] : [worker.thing])];
  return [
    ...(parts.isOurs ? [] : [otherWorker(parts.stack)]),
    ...services.flatMap((service) => [
      ...aboutDeploys(service),
      ...aboutDisk(service, parts.stack),
      ...aboutSettings(service),
    ]),
    ...aboutStore(parts),
    ...aboutPlace(parts),
    ...aboutEnvironment(parts),
  ];
}

/** As `oxy up` brings it about. */
function releasing(what: "fleet" | "store"): string {
  return `remove hold from the ${what} in the stack's file, npx oxy preview, npx oxy up: that does it`;
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

function aboutDeploys({ service }: FoundService): Advice[] {
  const { name, repo, branch = "its branch", autoDeploy, imagePath, suspended } = service;
  return [
    ...(autoDeploy === "yes" && repo !== undefined
      ? [
          {
            topic: "auto-deploy",
            what: `${name} is deployed by Render itself from ${branch} of ${repo}`,
            why: "a push would replace what oxy deployed, at any moment and without its waiting for anybody",
            steps: [
              "until it is taken over: Render's dashboard, Settings, Auto-Deploy, off",
              releasing("fleet"),
            ],
          },
        ]
      : []),
    ...(imagePath !== undefined && !imagePath.includes("@")
      ? [
          {
            topic: "tag",
            what: `${name} runs ${imagePath}, a tag`,
            why: "a tag moves: nobody can tell what runs, and nobody can go back",
            steps: [releasing("fleet")],
          },
        ]
      : []),
    ...(suspended === "suspended"
      ? [
          {
            topic: "suspended",
            what: `${name} is suspended`,
            why: "nothing of it runs; taking it over resumes it",
            steps: [releasing("fleet")],
          },
        ]
      : []),
  ];
}

function aboutDisk({ service }: FoundService, stack: string): Advice[] {
  const { name, serviceDetails } = service;
  const { disk, sshAddress } = serviceDetails;
  if (disk == null) return [];
  const from =
    sshAddress === undefined
      ? `copy ${disk.mountPath} from ${name} to this machine, over SSH (Render's dashboard, Connect)`
      : `scp -s -r ${sshAddress}:${disk.mountPath} ./auth`;
  return [
    {
      topic: "disk",
      what: `${name} has a disk of ${disk.sizeGB} GB at ${disk.mountPath}`,
      why: "a disk pins a service to one instance, and each deploy stops the old one before the new one starts: downtime every time. This worker keeps its sessions in the store and needs none",
      steps: [
        `${from}, with the service suspended or its WhatsApp process stopped: two connections of one number get it banned`,
        `npx oxy sessions import ./auth/<folder of one number> -s ${stack} --organization <id> --old-process-is-stopped, for each number, once the fleet runs this worker`,
        `then remove the disk: Render's dashboard, ${name}, Disk, Delete`,
      ],
    },
  ];
}

function aboutSettings(found: FoundService): Advice[] {
  const { service } = found;
  const { name, serviceDetails: is } = service;
  const {
    plan,
    maxShutdownDelaySeconds: grace = USUAL_GRACE_SECONDS,
    healthCheckPath = "",
    numInstances,
  } = is;
  const isWeb = kindOf(service) === "web";
  return [
    ...(grace < GRACE_SECONDS
      ? [
          {
            topic: "grace",
            what: `${name} is killed ${grace} s after the signal to stop`,
            why: `a process takes up to ${GRACE_SECONDS} s to finish its turns and to hand its sessions over`,
            steps: [releasing("fleet")],
          },
        ]
      : []),
    ...(isWeb && healthCheckPath === ""
      ? [
          {
            topic: "health",
            what: `${name} has no health check path`,
            why: "Render sends traffic to a new instance as soon as a port is open, and never notices one that hangs",
            steps: [releasing("fleet")],
          },
        ]
      : []),
    ...(plan === "free"
      ? [
          {
            topic: "free",
            what: `${name} is on plan free`,
            why: "it sleeps after 15 min without a request, and who sleeps holds no WhatsApp session",
            steps: [releasing("fleet")],
          },
        ]
      : sizeOf(found) === undefined
        ? [
            {
              topic: "size",
              what: `${name} is on plan ${plan}, which a fleet here cannot name`,
              why: "taking over would put it on the size that the stack's file says",
              steps: ["write the size that it is to have into the stack's file, before hold goes"],
            },
          ]
        : []),
    ...(isWeb && numInstances > 1
      ? [
          {
            topic: "instances",
            what: `${name} has ${numInstances} instances`,
            why: "with services: two, one web instance serves HTTP here; with services: one, instances says how many",
            steps: [releasing("fleet")],
          },
        ]
      : []),
  ];
}

function aboutStore({ selection, stack }: AdviceParts): Advice[] {
  const database = selection.database.thing;
  const { name, plan, eviction, autoUpgrade } = describedDatabase(database, []);
  return [
    ...(eviction
      ? [
          {
            topic: "eviction",
            what: `database "${name}" evicts when it is full`,
            why: "BullMQ needs noeviction: jobs and sessions would go without a word. The worker refuses such a Redis",
            steps: [`${releasing("store")}; do it before the fleet's`],
          },
        ]
      : []),
    ...(autoUpgrade
      ? [
          {
            topic: "auto-upgrade",
            what: `database "${name}" changes its plan by itself`,
            why: "what it costs is then said nowhere; here the stack's config says the plan",
            steps: [releasing("store")],
          },
        ]
      : []),
    ...(plan === "payg" || plan === "free"
      ? [
          {
            topic: "plan",
            what: `database "${name}" is on plan ${plan}, which counts commands`,
            why:
              "queue workers ask all the time: three idle ones make 3.4 to 15 million commands a month, 7 to 30 USD on pay-as-you-go, " +
              "and the 500,000 of free last 1 to 5 days; a fixed plan counts none (250mb: 10 USD)",
            steps: [`plan: 250mb under store in the stack's file, and ${releasing("store")}`],
          },
        ]
      : []),
    ...(planOf(selection) === undefined
      ? [
          {
            topic: "plan",
            what: `Upstash does not say on which plan database "${name}" is`,
            why: "taking over would put it on the plan that the stack's file says",
            steps: [
              `write its plan under store in the stack's file before hold goes, npx oxy preview -s ${stack}`,
            ],
          },
        ]
      : []),
  ];
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
  const { web, worker, database } = selection;
  const services = [web.thing, ...(worker === undefined ? [] : [worker.thing])];
  const elsewhere = services.filter(
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
