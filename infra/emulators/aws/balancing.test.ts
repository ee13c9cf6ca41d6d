import { expect, test } from "vitest";
import type { Wire } from "../../provider/client-fixture.ts";
import { useAws, type Made, type Surroundings } from "./aws-fixture.ts";

const aws = useAws();

/** A load balancer before a target group, which lets the world in. */
async function balanced(around: Surroundings, check: object = {}) {
  const { group: edge } = await aws().group(around.vpc, "edge");
  const balancer = await aws().make("aws:lb/loadBalancer:LoadBalancer", {
    namePrefix: "oxy-",
    loadBalancerType: "application",
    subnets: [around.subnet.id],
    securityGroups: [edge.id],
  });
  const targets = await aws().make("aws:lb/targetGroup:TargetGroup", {
    namePrefix: "oxy-",
    vpcId: around.vpc.id,
    targetType: "ip",
    protocol: "HTTP",
    port: 3_000,
    deregistrationDelay: 5,
    healthCheck: { path: "/health", matcher: "200", interval: 5, unhealthyThreshold: 2, ...check },
  });
  const listen = () =>
    aws().make("aws:lb/listener:Listener", {
      loadBalancerArn: balancer.id,
      port: 80,
      protocol: "HTTP",
      defaultActions: [{ type: "forward", targetGroupArn: targets.id }],
    });
  return { edge, balancer, targets, listen, url: `http://${String(balancer.state["dnsName"])}` };
}

function behind({ id }: Made): Wire {
  return {
    loadBalancers: [{ targetGroupArn: id, containerName: "main", containerPort: 3_000 }],
    deploymentCircuitBreaker: { enable: true, rollback: false },
  };
}

async function asked(url: string): Promise<string> {
  const response = await fetch(url, { headers: { connection: "close" } });
  return `${response.status} ${await response.text()}`;
}

test("requests reach the tasks of now, without one that fails while they are replaced", async () => {
  const around = await aws().surroundings();
  const { edge, targets, listen, url } = await balanced(around);
  await listen();
  await aws().letIn(around.group, edge, 3_000);
  expect(await asked(url)).toMatch(/^503 /);
  const first = await aws().taskDefinition(around, await aws().image("1"));
  const service = await aws().service(around, first, { ...behind(targets), desiredCount: 2 });
  expect(await asked(url)).toBe("200 of 1, hello");

  const answers = new Set<string>();
  const stop = new AbortController();
  const asking = (async () => {
    while (!stop.signal.aborted) answers.add(await asked(url).catch((error: Error) => error.message));
  })();
  const next = await aws().taskDefinition(around, await aws().image("2"));
  await aws().change(service, { taskDefinition: next.state["arn"] });
  stop.abort();
  await asking;
  expect([...answers].toSorted()).toEqual(["200 of 1, hello", "200 of 2, hello"]);
  expect(await asked(url)).toBe("200 of 2, hello");
});

test("a task that its load balancer cannot reach never is steady", async () => {
  const around = await aws().surroundings();
  const { targets, listen } = await balanced(around);
  await listen();
  const definition = await aws().taskDefinition(around, await aws().image("1"));
  await expect(aws().service(around, definition, behind(targets))).rejects.toThrow(
    /Task failed ELB health checks/,
  );
});

test("a service behind a target group that no listener forwards to is refused", async () => {
  const around = await aws().surroundings();
  const { targets } = await balanced(around);
  const definition = await aws().taskDefinition(around, await aws().image("1"));
  await expect(aws().service(around, definition, behind(targets))).rejects.toThrow(
    /does not have an associated load balancer/,
  );
});
