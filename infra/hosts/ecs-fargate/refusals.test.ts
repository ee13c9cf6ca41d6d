import { describe, expect, test } from "vitest";
import type { Circumstances } from "../../host.ts";
import { ecsFargateFleet } from "./config.ts";
import { refusalsOf } from "./refusals.ts";

const CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0";
const SECURED = { certificateArn: CERTIFICATE, domain: "workers.example.com" };

const usual: Circumstances = {
  stack: "trial",
  name: "main",
  production: false,
  image: { kind: "registry", reference: `ghcr.io/acme/oxy-worker@sha256:${"a".repeat(64)}` },
  secrets: ["OPENAI_API_KEY"],
};

function refused(fields: object, circumstances: Partial<Circumstances> = {}): readonly string[] {
  const config = { host: "ecs-fargate", share: 100, ...ecsFargateFleet.parse(fields) };
  return refusalsOf(config, { ...usual, ...circumstances });
}

test("both presets can be deployed, and the recommended one in production with a certificate", () => {
  expect(refused({})).toEqual([]);
  expect(refused({}, { production: true })).toEqual([]);
  expect(refused({ preset: "recommended" })).toEqual([]);
  expect(refused({ preset: "recommended", ...SECURED }, { production: true })).toEqual([]);
});

describe("the network:", () => {
  test("endpoints, by which a task reaches AWS alone", () => {
    expect(refused({ egress: "endpoints" })).toEqual([
      "egress: expected public-ip, nat or nat-per-zone, because endpoints lead to AWS alone and the tasks could not reach WhatsApp and the AI, got endpoints",
    ]);
  });

  test("more zones than a region gives an account", () => {
    expect(refused({ region: "us-west-1", zones: 3 })).toEqual([
      "zones: expected 2, because us-west-1 gives an account no more, got 3",
    ]);
    expect(refused({ region: "us-west-1" })).toEqual([]);
    expect(refused({ region: "sa-east-1", zones: 3 })).toEqual([]);
  });

  test("one zone only, before anything else is looked at", () => {
    expect(ecsFargateFleet.safeParse({ zones: 1 }).success).toBe(false);
  });

  test("letters that are not as many zones", () => {
    expect(refused({ zoneLetters: "aa" })).toEqual([
      "zoneLetters: expected 2 different ones, because zones says so, got aa",
    ]);
    expect(refused({ zones: 3, zoneLetters: "ab" })).toEqual([
      "zoneLetters: expected 3 different ones, because zones says so, got ab",
    ]);
    expect(refused({ zoneLetters: "abd" })).toEqual([]);
  });

  test("addresses that a VPC cannot have", () => {
    expect(refused({ cidr: "10.40.1.0/20" })).toEqual([
      "cidr: expected the first address of a network, such as 10.40.0.0/20, got 10.40.1.0/20",
    ]);
    expect(refused({ cidr: "8.8.0.0/16" })).toMatchObject([
      expect.stringMatching(/^cidr: .*nobody on the internet has, got/),
    ]);
    expect(refused({ cidr: "172.17.0.0/16" })).toMatchObject([expect.stringMatching(/services of AWS use/)]);
  });

  test("addresses that overlap those of what it is to be connected with, its own or the usual ones", () => {
    expect(refused({ peerCidr: "10.0.0.0/8" })).toEqual([
      "cidr: expected a network that does not overlap 10.0.0.0/8, because networks that do cannot be connected, got 10.40.0.0/20",
    ]);
    expect(refused({ cidr: "10.1.0.0/16", peerCidr: "10.1.255.7/24" })).toHaveLength(1);
    expect(refused({ cidr: "10.1.0.0/16", peerCidr: "10.2.0.0/16" })).toEqual([]);
    expect(refused({ peerCidr: "10.0.999.0/16" })).toEqual([
      "peerCidr: expected an IPv4 network such as 10.0.0.0/16, got 10.0.999.0/16",
    ]);
  });

  test("too few addresses for an update, in which each task is there twice", () => {
    expect(refused({ cidr: "10.0.0.0/24", instances: 12 })).toEqual([
      "cidr: expected a network with more addresses, because an update of maxInstances 12 has 24 tasks for a while and their subnets have room for 22, got 10.0.0.0/24",
    ]);
    expect(refused({ cidr: "10.0.0.0/24", instances: 11 })).toEqual([]);
    expect(refused({ cidr: "10.0.0.0/24", instances: 11, services: "two" })).toHaveLength(1);
    expect(refused({ cidr: "10.0.0.0/24", instances: 12, zones: 3 })).toEqual([]);
  });

  test("subnets that are too small for a load balancer, which shares them with tasks that have public addresses", () => {
    expect(refused({ cidr: "10.0.0.0/24", loadBalancer: true })).toEqual([
      "cidr: expected a network from /16 to /23, because a load balancer takes subnets of /27 and larger, got 10.0.0.0/24",
    ]);
    expect(refused({ cidr: "10.0.0.0/23", loadBalancer: true, instances: 19 })).toEqual([]);
    expect(refused({ cidr: "10.0.0.0/23", loadBalancer: true, instances: 20 })).toHaveLength(1);
    expect(refused({ cidr: "10.0.0.0/23", loadBalancer: true, instances: 20, egress: "nat" })).toEqual([]);
  });
});

describe("how many:", () => {
  test("Spot without a task that is never on it", () => {
    expect(refused({ spot: 50, onDemandBase: 0 })).toEqual([
      "onDemandBase: expected 1 or more, because Spot may have no capacity for hours and nobody would hold the sessions, got 0",
    ]);
    expect(refused({ spot: 0, onDemandBase: 0 })).toEqual([]);
    expect(refused({ spot: 100 })).toEqual([]);
  });

  test("fewer at the most than at the least, if it is said", () => {
    expect(refused({ instances: 5, maxInstances: 4 })).toEqual([
      "maxInstances: expected 5 or more, because instances says so, got 4",
    ]);
    expect(refused({ instances: 5 })).toEqual([]);
  });

  test.each(["0.25-vcpu-4-gb", "0.5-vcpu-0.5-gb", "1-vcpu-1-gb", "4-vcpu-4-gb", "8-vcpu-16-gb"])(
    "%s is no pair of Fargate's, or of no use to Node",
    (size) => {
      expect(ecsFargateFleet.safeParse({ size }).success).toBe(false);
    },
  );

  test("days that CloudWatch does not take", () => {
    expect(ecsFargateFleet.safeParse({ logRetentionDays: 8 }).success).toBe(false);
    expect(ecsFargateFleet.safeParse({ logRetentionDays: 7 }).success).toBe(true);
  });
});

describe("what the internet reaches:", () => {
  test("a certificate without its domain, and the reverse", () => {
    expect(refused({ loadBalancer: true, certificateArn: CERTIFICATE })).toEqual([
      "domain: expected the name that the certificate is for, got nothing",
    ]);
    expect(refused({ loadBalancer: true, domain: SECURED.domain })).toEqual([
      "certificateArn: expected the certificate of the domain, got nothing",
    ]);
  });

  test("both without the load balancer that they are for", () => {
    expect(refused(SECURED)).toEqual([
      "loadBalancer: expected true, because there is a certificate for it, got false",
    ]);
  });

  test("a certificate of another region", () => {
    expect(refused({ region: "sa-east-1", loadBalancer: true, ...SECURED })).toEqual([
      "certificateArn: expected a certificate of sa-east-1, where the load balancer is, got one of us-east-1",
    ]);
  });

  test("a token in clear, in production", () => {
    const [refusal, ...others] = refused({ loadBalancer: true }, { production: true });
    expect(others).toEqual([]);
    expect(refusal).toBe(
      "certificateArn: expected a certificate in production, because the token of the admin API would cross the internet in clear, got nothing",
    );
    expect(refused({ loadBalancer: true })).toEqual([]);
  });
});

describe("the image:", () => {
  const withPassword = { secrets: ["OXY_REGISTRY_PASSWORD"] };
  const atEcr = {
    image: {
      kind: "registry",
      reference: `123456789012.dkr.ecr.us-east-1.amazonaws.com/oxy@sha256:${"a".repeat(64)}`,
    },
  } as const;

  test("a registry's user without a password, and the reverse", () => {
    expect(refused({ registryUser: "acme" })).toEqual([
      "registryUser: expected the password beside it (npx oxy secret set -s trial OXY_REGISTRY_PASSWORD), got only acme",
    ]);
    expect(refused({}, withPassword)).toEqual([
      "registryUser: expected the user that secrets.OXY_REGISTRY_PASSWORD is of, got nothing",
    ]);
    expect(refused({ registryUser: "acme" }, withPassword)).toEqual([]);
  });

  test("a user for ECR, which asks for none", () => {
    expect(refused({ registryUser: "acme" }, { ...withPassword, ...atEcr })).toEqual([
      "registryUser: expected nothing, because ECR lets tasks in by their role, got acme",
    ]);
    expect(refused({}, atEcr)).toEqual([]);
  });

  test("a repository of a name that ECR does not take", () => {
    expect(refused({ repository: true }, { stack: "a--b" })).toEqual([
      "repository: expected false, because ECR takes no name with -- in it or - at its end such as oxy-a--b_main, got true",
    ]);
    expect(refused({}, { stack: "a--b" })).toEqual([]);
  });
});

test("a stack and a fleet whose roles would have names that are too long", () => {
  expect(refused({}, { stack: "s".repeat(40), name: "f".repeat(10) })).toEqual([
    `name: expected stack and fleet with names of 49 characters together at the most, because a role is named oxy-${"s".repeat(40)}_${"f".repeat(10)}-execution, got 50`,
  ]);
  expect(refused({}, { stack: "s".repeat(40), name: "f".repeat(9) })).toEqual([]);
});
