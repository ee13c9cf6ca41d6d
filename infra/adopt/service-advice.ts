import { workload } from "../workload.ts";
import { releasing, type Advice } from "./advice.ts";
import { kindOf, type FoundService } from "./found.ts";
import { sizeOf } from "./stack-text.ts";

/** Render's own, where nobody said otherwise, in s (Render API, early 2026). */
const USUAL_GRACE_SECONDS = 30;
const GRACE_SECONDS = workload.drainSeconds + workload.drainMarginSeconds;
/** What is unwise about one service. */
export function aboutService(found: FoundService, stack: string): readonly Advice[] {
  return [aboutDeploys(found, stack), aboutDisk(found, stack), aboutSettings(found, stack)].flat();
}

function aboutDeploys({ service }: FoundService, stack: string): Advice[] {
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
              releasing("fleet", stack),
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
            steps: [releasing("fleet", stack)],
          },
        ]
      : []),
    ...(suspended === "suspended"
      ? [
          {
            topic: "suspended",
            what: `${name} is suspended`,
            why: "nothing of it runs; taking it over resumes it",
            steps: [releasing("fleet", stack)],
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
      ? `copy ${disk.mountPath} to this machine over SSH (Render's dashboard, ${name}, Connect)`
      : `scp -s -r ${sshAddress}:${disk.mountPath} ./auth`;
  return [
    {
      topic: "disk",
      what: `${name} has a disk of ${disk.sizeGB} GB at ${disk.mountPath}`,
      why: "a disk pins a service to one instance, and each deploy stops the old one before the new one starts: downtime every time. This worker keeps its sessions in the store and needs none",
      steps: [
        `end its WhatsApp process and keep the disk: deploy it with a start command that only waits (sleep infinity). From here on its numbers are away`,
        from,
        releasing("fleet", stack),
        `npx oxy sessions import ./auth/<folder of a number> -s ${stack} --organization <id> --old-process-is-stopped, for each number: nobody scans again`,
        `remove the disk: Render's dashboard, ${name}, Disk, Delete`,
      ],
    },
  ];
}

function aboutSettings(found: FoundService, stack: string): Advice[] {
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
            steps: [releasing("fleet", stack)],
          },
        ]
      : []),
    ...(isWeb && healthCheckPath === ""
      ? [
          {
            topic: "health",
            what: `${name} has no health check path`,
            why: "Render sends traffic to a new instance as soon as a port is open, and never notices one that hangs",
            steps: [releasing("fleet", stack)],
          },
        ]
      : []),
    ...(plan === "free"
      ? [
          {
            topic: "free",
            what: `${name} is on plan free`,
            why: "it sleeps after 15 min without a request, and who sleeps holds no WhatsApp session",
            steps: [releasing("fleet", stack)],
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
            steps: [releasing("fleet", stack)],
          },
        ]
      : []),
  ];
}
