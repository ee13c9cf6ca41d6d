/** A price of the catalogue that AWS's Price List has, and how it is found there. */
export interface Wanted {
  /** The catalogue's id without its region. */
  readonly item: string;
  /** Whose file it is in. */
  readonly service: Service;
  /** What the `usagetype` of its product ends in, after the region's own prefix. */
  readonly usage: string;
  /** What else of its product has to be so. */
  readonly where?: Readonly<Record<string, string>>;
}

/**
 * Files of the Price List that are read. `AmazonEC2`, which has the NAT gateway's prices and nothing else of ours, is
 * hundreds of MB for a region where all others together are some tens.
 */
export const SERVICES = [
  "AmazonECS",
  "AmazonElastiCache",
  "AWSELB",
  "AmazonVPC",
  "AmazonCloudWatch",
  "AWSSecretsManager",
  "awskms",
  "AmazonECR",
  "AWSDataTransfer",
  "AmazonEC2",
] as const;

export type Service = (typeof SERVICES)[number];

/** Read only when it is asked for by name. */
export const HUGE: ReadonlySet<Service> = new Set(["AmazonEC2"]);

const APPLICATION = { operation: "LoadBalancing:Application" };
const VALKEY = { cacheEngine: "Valkey" };

/** Names as the product attributes of the offer files have them (Infracost's resources, 2026-08, and AWS's own files). */
export const WANTED: readonly Wanted[] = [
  { item: "aws/fargate/x86/vcpu-hour", service: "AmazonECS", usage: "Fargate-vCPU-Hours:perCPU" },
  { item: "aws/fargate/x86/gb-hour", service: "AmazonECS", usage: "Fargate-GB-Hours" },
  { item: "aws/fargate/arm/vcpu-hour", service: "AmazonECS", usage: "Fargate-ARM-vCPU-Hours:perCPU" },
  { item: "aws/fargate/arm/gb-hour", service: "AmazonECS", usage: "Fargate-ARM-GB-Hours" },
  { item: "aws/public-ipv4/hour", service: "AmazonVPC", usage: "PublicIPv4:InUseAddress" },
  { item: "aws/vpc-endpoint/hour", service: "AmazonVPC", usage: "VpcEndpoint-Hours" },
  { item: "aws/vpc-endpoint/gb", service: "AmazonVPC", usage: "VpcEndpoint-Bytes" },
  { item: "aws/nat/hour", service: "AmazonEC2", usage: "NatGateway-Hours" },
  { item: "aws/nat/gb", service: "AmazonEC2", usage: "NatGateway-Bytes" },
  { item: "aws/alb/hour", service: "AWSELB", usage: "LoadBalancerUsage", where: APPLICATION },
  { item: "aws/alb/lcu-hour", service: "AWSELB", usage: "LCUUsage", where: APPLICATION },
  ...["t4g.micro", "t4g.small", "t4g.medium", "m7g.large", "r7g.large", "r7g.xlarge"].map((size): Wanted => ({
    item: `aws/elasticache/valkey/cache.${size}`,
    service: "AmazonElastiCache",
    usage: `NodeUsage:cache.${size}`,
    where: VALKEY,
  })),
  { item: "aws/elasticache/backup-gb", service: "AmazonElastiCache", usage: "BackupUsage" },
  { item: "aws/logs/ingest-gb", service: "AmazonCloudWatch", usage: "DataProcessing-Bytes" },
  { item: "aws/logs/storage-gb", service: "AmazonCloudWatch", usage: "TimedStorage-ByteHrs" },
  { item: "aws/alarm", service: "AmazonCloudWatch", usage: "CW:AlarmMonitorUsage" },
  { item: "aws/metric", service: "AmazonCloudWatch", usage: "CW:MetricMonitorUsage" },
  { item: "aws/secret", service: "AWSSecretsManager", usage: "AWSSecretsManager-Secrets" },
  { item: "aws/kms-key", service: "awskms", usage: "KMS-Keys" },
  { item: "aws/ecr-gb", service: "AmazonECR", usage: "TimedStorage-ByteHrs" },
  {
    item: "aws/egress-gb",
    service: "AWSDataTransfer",
    usage: "DataTransfer-Out-Bytes",
    where: { transferType: "AWS Outbound" },
  },
];

/** `SAE1-`, `EU-` or nothing: us-east-1 has both its own and none. */
const REGION_PREFIX = /^([A-Z]{2,4}\d?-)?$/;

/** Whether a product of an offer file is that one. */
export function isWanted(
  attributes: Readonly<Record<string, unknown>>,
  { usage, where = {} }: Wanted,
): boolean {
  const { usagetype } = attributes;
  return (
    typeof usagetype === "string" &&
    usagetype.endsWith(usage) &&
    REGION_PREFIX.test(usagetype.slice(0, -usage.length)) &&
    Object.entries(where).every(([key, value]) => attributes[key] === value)
  );
}
