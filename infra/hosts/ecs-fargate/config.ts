import { z } from "zod";
import type { FleetConfig } from "../../config.ts";
import { REGIONS } from "../../networks/aws-vpc/regions.ts";
import { choice, field, flag, integer } from "../../stack-config/field.ts";
import { presetChoice, presetField, presetInteger } from "../../stack-config/preset-fields.ts";
import { SIZES, type SizeName } from "./sizes.ts";

const SIZE_NAMES = Object.keys(SIZES) as [SizeName, ...SizeName[]];
/** Those that CloudWatch takes, up to a year. Source: PutRetentionPolicy, 2026-08. */
const RETENTION = [1, 3, 5, 7, 14, 30, 60, 90, 180, 365] as const;

function text(pattern: RegExp, about: string, expected: string, example: string) {
  return field(z.string().regex(pattern).optional(), { about, expected, example });
}

/** What a fleet on ECS Fargate says besides its host and share. */
export const ecsFargateFleet = z.strictObject({
  preset: choice(
    ["minimal", "recommended"],
    "minimal",
    "What the fields below are unless they are said: one small task, or two over two zones behind a load balancer.",
  ),
  region: choice(
    REGIONS,
    "us-east-1",
    "Where it is. `sa-east-1` is São Paulo, nearer by 0.1 s and about 1.7 times as expensive.",
  ),
  account: text(
    /^\d{12}$/,
    "The AWS account that it has to be; with other credentials it is refused.",
    "the 12 digits of an account",
    `"123456789012"`,
  ),
  size: choice(
    ["preset", ...SIZE_NAMES],
    "preset",
    "CPU and memory of each task, a pair that Fargate takes. A process of Node computes on one vCPU: more tasks do more than larger ones.",
  ),
  architecture: choice(
    ["x86_64", "arm64"],
    "x86_64",
    "What the image is built for; `arm64` costs a fifth less, and the image has to be built for it.",
  ),
  zones: presetField(z.literal([2, 3]), {
    about: "In how many zones its tasks and its store are.",
    expected:
      "2 or 3, because a zone fails with all that is in it, and a load balancer takes two at the least",
    example: "3",
  }),
  zoneLetters: text(
    /^[a-f]{2,3}$/,
    "Which zones, where the account has no zone `a` or `b`, or Fargate is not in one of them; each account has letters of its own.",
    "the letters of 2 or 3 zones, such as abd",
    "acd",
  ),
  cidr: text(
    /^\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\/(1[6-9]|2[0-4])$/,
    "Addresses of its VPC; 10.40.0.0/20 unless said. They cannot be changed later.",
    "a private IPv4 network from /16 to /24",
    "10.40.0.0/20",
  ),
  peerCidr: text(
    /^\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\/([89]|[12]\d|3[0-2])$/,
    "A network that the VPC is to be connected with some day, such as an office or another VPC: the two must not overlap.",
    "an IPv4 network",
    "10.0.0.0/16",
  ),
  egress: presetChoice(
    ["public-ip", "nat", "nat-per-zone", "endpoints"],
    "How tasks reach WhatsApp and the AI: each with a public address that nothing is let in by (cheapest), or through NAT. " +
      "`endpoints` reach AWS alone and are refused.",
  ),
  services: presetChoice(
    ["one", "two"],
    "`one` service does everything; `two` are a `web` one for HTTP and a `worker` one for sessions and answers.",
  ),
  instances: presetInteger(
    1,
    20,
    "Tasks that share the numbers and answer; with more than one, the others take over from one that dies.",
  ),
  maxInstances: presetInteger(
    1,
    20,
    "How many there may be when customers wait; the same as `instances`: always as many.",
  ),
  targetAgeSeconds: integer(
    10,
    600,
    30,
    "How long the oldest message may wait, in s, before there are more tasks.",
  ),
  spot: presetInteger(
    0,
    100,
    "Percentage of the tasks beyond `onDemandBase` that are on Spot: a third of the price, and taken away with two minutes' notice.",
  ),
  onDemandBase: presetInteger(0, 20, "Tasks that are never on Spot, whose capacity may be absent for hours."),
  loadBalancer: presetField(z.boolean(), {
    about: "Whether HTTP reaches it from the internet, which commands need when the store is in its VPC.",
    expected: "true or false",
    example: "true",
  }),
  certificateArn: text(
    /^arn:aws:acm:[a-z0-9-]{1,20}:\d{12}:certificate\/[0-9a-f-]{8,64}$/,
    "Certificate of its domain, in the same region; production needs one behind a load balancer.",
    "the ARN of a certificate of ACM",
    "arn:aws:acm:us-east-1:123456789012:certificate/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0",
  ),
  domain: text(
    /^([a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?\.){1,3}[a-z]{2,10}$/,
    "The name that the certificate is for; in your DNS it points to the load balancer.",
    "a domain name",
    "workers.example.com",
  ),
  alarmEmail: text(
    /^[a-z0-9.+_-]{1,30}@[a-z0-9-]{1,30}\.[a-z]{2,10}$/,
    "Who is told of alarms; AWS first asks them to confirm.",
    "an e-mail address in small letters",
    "ana@example.com",
  ),
  logRetentionDays: presetField(z.literal(RETENTION), {
    about: "How many days CloudWatch keeps what the tasks print.",
    expected: `one of ${RETENTION.join(", ")}`,
    example: `${RETENTION[0]}`,
  }),
  repository: flag(false, "A repository for the image at ECR, which scans what is pushed to it."),
  registryUser: text(
    /^[A-Za-z0-9._+-]{1,60}$/,
    "User of a registry that does not let everybody pull the image; the password is the secret OXY_REGISTRY_PASSWORD.",
    "a user name of a registry",
    "acme",
  ),
  insights: flag(false, "Container Insights: more metrics of each task, billed as custom ones."),
});

export type EcsFargateFleetConfig = Omit<FleetConfig, "size"> & z.output<typeof ecsFargateFleet>;
