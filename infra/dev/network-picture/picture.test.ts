import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { projectDirectory } from "../../home.ts";
import type { FleetResource } from "../../hosts/ecs-fargate/graph.ts";
import { planVpc, type Egress } from "../../networks/aws-vpc/plan.ts";
import { networkPictures } from "../network-picture.ts";
import { factsOf, networkPicture, type Pictured } from "./picture.ts";

const OPEN = [443, 80].map((port): FleetResource => ({
  type: "vpc_security_group_ingress_rule",
  name: `main-in-${port}`,
  securityGroupId: "sg",
  description: "The internet",
  ipProtocol: "tcp",
  fromPort: port,
  toPort: port,
  cidrIpv4: "0.0.0.0/0",
}));

function pictured(egress: Egress, zones: 2 | 3, fleet: readonly FleetResource[] = []): Pictured {
  const network = planVpc({ stack: "trial", production: false, region: "us-east-1", egress, zones });
  return { network, fleet, store: [] };
}

/** Things, by what is written in them. */
function thingsIn(picture: string): string[] {
  return [...picture.matchAll(/text-anchor="middle">([^<]+)</g)].map(([, text = ""]) => text);
}

describe("the pictures in docs are of the plans of today", async () => {
  test.each(Object.entries(await networkPictures()))("%s", (path, picture) => {
    // node infra/dev/network-picture.ts draws them.
    expect(readFileSync(join(projectDirectory, path), "utf8")).toBe(picture);
  });
});

test.each(["public-ip", "nat", "nat-per-zone"] as const)("every subnet is in it, once (%s)", (egress) => {
  const of = pictured(egress, 3);
  const picture = networkPicture(of);
  const cidrs = of.network.resources.flatMap((node) => (node.type === "subnet" ? [node.cidrBlock] : []));
  expect(cidrs.length).toBe(egress === "public-ip" ? 6 : 9);
  for (const cidr of cidrs) expect(picture.split(` ${cidr}<`)).toHaveLength(3);
});

test("what is there is drawn where it is, and nothing else", () => {
  expect(thingsIn(networkPicture(pictured("public-ip", 2)))).toEqual(["tasks", "tasks"]);
  expect(thingsIn(networkPicture(pictured("nat", 2)))).toEqual(["NAT gateway", "tasks", "tasks"]);
  expect(thingsIn(networkPicture(pictured("nat-per-zone", 2)))).toEqual([
    "NAT gateway",
    "tasks",
    "NAT gateway",
    "tasks",
  ]);
});

test("what may come in is said by the rules of the plan", () => {
  expect(factsOf(pictured("public-ip", 2))[0]).toBe("In from the internet: nothing.");
  expect(factsOf(pictured("public-ip", 2, OPEN))[0]).toBe(
    "In from the internet: ports 443 and 80 of the load balancer, and nothing else.",
  );
  expect(factsOf(pictured("nat", 2))).toContain("Out: tasks by the NAT gateway.");
  expect(factsOf(pictured("nat", 2)).at(-1)).toBe("The store is elsewhere, and reached over the internet.");
});

test("whoever cannot see it is told the same in words, and its text is text", () => {
  const picture = networkPicture(pictured("public-ip", 2));
  expect(picture).toContain('<title id="title">VPC 10.40.0.0/20 in us-east-1</title>');
  for (const fact of factsOf(pictured("public-ip", 2))) expect(picture).toContain(fact);
  expect(picture).toContain("prefers-color-scheme: dark");
});
