import { setTimeout as delay } from "node:timers/promises";
import { attributeOf, textOf, type Account, type Held } from "./account.ts";
import { Balancer, Targets, type Target } from "./balancing.ts";
import type { Live } from "./live.ts";
import type { Pace } from "./pace.ts";

const LISTENER = "aws:lb/listener:Listener";
const ANSWER_MS = 1_000;
const IDLE_SECONDS = 60;
const USUAL_CHECK = {
  path: "/",
  matcher: "200",
  interval: 30,
  healthyThreshold: 3,
  unhealthyThreshold: 3,
};

type HealthCheck = typeof USUAL_CHECK;

/** A task behind a load balancer, and what that thinks of it. */
export interface Registered {
  readonly target: Target;
  /** Whether it failed so many health checks in a row that its target group gives it up. */
  isGivenUp(): boolean;
  leave(): Promise<void>;
}

/** The account's load balancers: each an HTTP server of this machine. */
export class LoadBalancing {
  readonly #account: Account;
  readonly #pace: Pace;
  readonly #balancers = new Map<string, Balancer>();
  readonly #targets = new Map<string, Targets>();

  constructor(account: Account, pace: Pace) {
    this.#account = account;
    this.#pace = pace;
  }

  readonly live: Readonly<Record<string, Live>> = {
    "aws:lb/loadBalancer:LoadBalancer": {
      create: async (held) => {
        const balancer = await Balancer.open(Number(attributeOf(held, "idleTimeout") ?? IDLE_SECONDS));
        this.#balancers.set(held.id, balancer);
        balancer.targets = () => this.#targetsOf(held);
        return { dnsName: balancer.name };
      },
      remove: async (held) => {
        await this.#balancers.get(held.id)?.close();
        this.#balancers.delete(held.id);
      },
    },
    "aws:lb/targetGroup:TargetGroup": {
      create: async (held) => {
        this.#targets.set(held.id, new Targets());
        return {};
      },
      remove: async (held) => {
        this.#targets.delete(held.id);
      },
    },
  };

  /** Whether a listener sends anything there. */
  isAttached(targetGroup: string): boolean {
    return this.#account.all(LISTENER).some((listener) => targetGroupOf(listener) === targetGroup);
  }

  /** Security groups of the load balancers that send anything there. */
  groupsBefore(targetGroup: string): readonly string[] {
    const listeners = this.#account.all(LISTENER).filter((one) => targetGroupOf(one) === targetGroup);
    return listeners.flatMap((listener) => {
      const balancer = this.#account.withArn(textOf(listener, "loadBalancerArn"));
      return balancer === undefined ? [] : (attributeOf(balancer, "securityGroups") as readonly string[]);
    });
  }

  /** @param isLetIn whether the load balancer's connections come through */
  register(targetGroup: Held, port: number, isLetIn: () => boolean): Registered {
    const targets = this.#targets.get(targetGroup.id) ?? new Targets();
    const target: Target = { port, isHealthy: false };
    const over = new AbortController();
    const check = { ...USUAL_CHECK, ...(attributeOf(targetGroup, "healthCheck") as Partial<HealthCheck>) };
    let failures = 0;
    targets.register(target);
    void (async () => {
      while (!over.signal.aborted) {
        const isWell = isLetIn() && (await answers(port, check));
        if (over.signal.aborted) return;
        failures = isWell ? 0 : failures + 1;
        // A new one has to be well only once: nobody rehearses for so long.
        if (isWell || failures >= check.unhealthyThreshold) target.isHealthy = isWell;
        const { look, patience } = this.#pace;
        const seconds = target.isHealthy ? Math.min(check.interval, patience) : look;
        await delay(seconds * 1_000, undefined, { signal: over.signal }).catch(() => {});
      }
    })();
    return {
      target,
      isGivenUp: () => !target.isHealthy && failures >= check.unhealthyThreshold,
      leave: async () => {
        over.abort();
        await targets.deregister(target, Number(attributeOf(targetGroup, "deregistrationDelay") ?? 300));
      },
    };
  }

  async close(): Promise<void> {
    await Promise.all([...this.#balancers.values()].map((balancer) => balancer.close()));
    this.#balancers.clear();
  }

  /** Of the listener that forwards: what redirects to it, a rehearsal has no certificate for. */
  #targetsOf(balancer: Held): Targets | undefined {
    const group = this.#account
      .having(LISTENER, "loadBalancerArn", balancer.id)
      .map(targetGroupOf)
      .find((arn) => arn !== "");
    return this.#targets.get(group ?? "");
  }
}

function targetGroupOf(listener: Held): string {
  const actions = (attributeOf(listener, "defaultActions") ?? []) as readonly {
    readonly type?: string;
    readonly targetGroupArn?: string;
  }[];
  return actions.find(({ type }) => type === "forward")?.targetGroupArn ?? "";
}

async function answers(port: number, { path, matcher }: HealthCheck): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(ANSWER_MS);
    const headers = { connection: "close", "user-agent": "ELB-HealthChecker/2.0" };
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { signal, headers, redirect: "manual" });
    await response.arrayBuffer();
    return matches(response.status, matcher);
  } catch {
    return false;
  }
}

/** `200`, `200,202` or `200-299`. */
function matches(status: number, matcher: string): boolean {
  return matcher.split(",").some((part) => {
    const [from = 0, to = from] = part.split("-").map(Number);
    return from <= status && status <= to;
  });
}
