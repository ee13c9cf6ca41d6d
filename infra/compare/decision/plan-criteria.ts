import type { FleetPlan } from "../../host.ts";
import { hostNamed } from "../../hosts.ts";
import { workload } from "../../workload.ts";
import type { Criterion } from "./criteria.ts";
import { HOST_OPINIONS } from "./host-opinions.ts";
import { mostInstances } from "./most-instances.ts";
import { MOST_POINTS, pointsOn, type Scale } from "./scale.ts";
import { computed, judged, unknownScore, type Score } from "./score.ts";
import { isReplicated, keepsOf } from "./store-promises.ts";
import type { TargetFacts } from "./target-facts.ts";
import { worstOf } from "./worst.ts";

/** Processes that hold sessions. */
const COPIES: Scale = { best: 100, worst: 1, spacing: "factor" };
const FOR_COPIES = 0.7;
const FOR_GROWING = 3;

export const scalabilityCriterion: Criterion = {
  label: "Scalability",
  about:
    "How many processes the host takes (7 points for 100, 0 for one), and whether there are more of them by themselves " +
    "when customers wait (3 points).",
  isOfTarget: true,
  score: ({ plan }) => worstOf(plan.fleets.map(scalabilityOf)),
};

function scalabilityOf(fleet: FleetPlan): Score {
  const most = mostInstances(hostNamed(fleet.host));
  const grows = fleet.processes.some(({ copies }) => copies.most > copies.least);
  return computed(
    FOR_COPIES * pointsOn(COPIES, most) + (grows ? FOR_GROWING : 0),
    `up to ${most} ${most === 1 ? "process" : "processes"}, ${grows ? "grows by itself" : "grows by hand"}`,
    `what a fleet on ${fleet.host} may be told, and what this one is told`,
  );
}

const FOR_GRACE = 4;
const FOR_READINESS = 2;
const FOR_CANNOT = 4;
const PER_CANNOT = 0.5;

export const workersCriterion: Criterion = {
  label: "Worker support",
  about:
    "Whether the host leaves a process the time it drains in (4 points), waits by itself until it is ready (2), and how " +
    "much of what one expects it cannot do (4, less half a point for each).",
  isOfTarget: true,
  score: ({ plan }) => worstOf(plan.fleets.map(workersOf)),
};

function workersOf({ host: name }: FleetPlan): Score {
  const { maxGraceSeconds, awaitsReady = false, cannot } = hostNamed(name);
  const needed = workload.drainSeconds + workload.drainMarginSeconds;
  return computed(
    FOR_GRACE * Math.min(1, maxGraceSeconds / needed) +
      (awaitsReady ? FOR_READINESS : 0) +
      Math.max(0, FOR_CANNOT - PER_CANNOT * cannot.length),
    `${maxGraceSeconds} s to stop, ${awaitsReady ? "waits until it is ready" : "oxy waits until it is ready"}`,
    `${needed} s are needed to stop; it cannot: ${cannot.map((each) => each.split(":")[0]).join("; ") || "nothing that was missed"}`,
  );
}

const FOR_NETWORK = 4;
const FOR_KEEPING = { "nearly all": 3, "what a snapshot has": 1, nothing: 0 } as const;
const FOR_REPLICA = 2;
/** Every store of ours refuses writes when it is full, and drops nothing: a plan without that is refused. */
const FOR_NO_EVICTION = 1;

export const redisCriterion: Criterion = {
  label: "Redis integration",
  about:
    "Whether the store is on a network of their own (4 points), what it keeps when it dies (3 to 0), whether a copy takes " +
    "over (2), and that it never evicts (1: every store of ours).",
  isOfTarget: true,
  score: ({ plan: { store, fleets } }) =>
    worstOf(
      fleets.map(({ network }) => {
        const isPrivate = network !== "internet";
        const replicated = isReplicated(store);
        return computed(
          (isPrivate ? FOR_NETWORK : 0) +
            FOR_KEEPING[keepsOf(store)] +
            (replicated ? FOR_REPLICA : 0) +
            FOR_NO_EVICTION,
          `${store.kind}, ${isPrivate ? "on a network of their own" : "over the internet"}`,
          `when it dies it may lose ${store.mayLose}`,
        );
      }),
    ),
};

export const learningCriterion: Criterion = {
  label: "Learning curve",
  about: "What one has to understand when something goes wrong there. Judged: nobody measured it.",
  isOfTarget: true,
  score: ({ plan }) =>
    worstOf(
      plan.fleets.map(({ host }) => {
        const opinion = HOST_OPINIONS[host]?.learning;
        return opinion === undefined
          ? unknownScore(`nobody judged how hard ${host} is to learn`)
          : judged(opinion.points, opinion.word, opinion.because);
      }),
    ),
};

export const productionCriterion: Criterion = {
  label: "Production readiness",
  about: "How much of what production needs its plan has; each as much as any other.",
  isOfTarget: true,
  score: (facts) => {
    const needs = productionNeeds(facts);
    const met = needs.filter(({ isMet }) => isMet);
    const missing = needs.filter(({ isMet }) => !isMet);
    return computed(
      (MOST_POINTS * met.length) / needs.length,
      `${met.length} of ${needs.length}`,
      missing.length === 0 ? "it has all of them" : `missing: ${missing.map(({ what }) => what).join("; ")}`,
    );
  },
};

function productionNeeds({ plan: { fleets, store, operator } }: TargetFacts) {
  const holders = fleets.flatMap(({ processes }) => processes.filter(({ role }) => role !== "web"));
  const least = holders.reduce((total, { copies }) => total + copies.least, 0);
  const grace = workload.drainSeconds + workload.drainMarginSeconds;
  return [
    { what: "a second process that takes over from one that dies", isMet: least > 1 },
    { what: "a store that keeps nearly all when it dies", isMet: keepsOf(store) === "nearly all" },
    { what: "a copy of the store that takes over", isMet: isReplicated(store) },
    { what: "time to drain", isMet: fleets.every(({ graceSeconds }) => graceSeconds >= grace) },
    { what: "a way for an operator's commands", isMet: operator.through !== "nothing" },
    {
      what: "a machine that others look after",
      isMet: fleets.every(({ network }) => network !== "loopback"),
    },
  ];
}
