import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import {
  CloudWatchClient,
  GetMetricStatisticsCommand,
  ListMetricsCommand,
  type Datapoint,
  type Metric,
} from "@aws-sdk/client-cloudwatch";

/** A Python that has moto; `.ci/moto/install` makes one and prints it. */
const PYTHON = process.env["MOTO_PYTHON"] || undefined;
/** Ends with whoever started it: then nobody holds its input open. */
const SERVER = `
import sys
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
sys.stdin.read()
`;
const REGION = "sa-east-1";
const ACCESS_KEY = { AWS_ACCESS_KEY_ID: "moto", AWS_SECRET_ACCESS_KEY: "moto" };
const HOUR_MS = 3_600_000;

export const hasMoto = PYTHON !== undefined && spawnSync(PYTHON, ["-c", "import moto.server"]).status === 0;

/** For names of tests that are skipped without it. */
export const NEEDS_MOTO = "needs MOTO_PYTHON, which .ci/moto/install prints";

/** What AWS's SDK is told, so that it talks to this endpoint instead of AWS. */
export function awsEnvironment(endpoint: string): Record<string, string> {
  return { AWS_ENDPOINT_URL: endpoint, AWS_REGION: REGION, ...ACCESS_KEY };
}

/** moto on the loopback, and CloudWatch's own way to read what was published there. */
export class Moto {
  readonly url: string;
  readonly #client: CloudWatchClient;
  readonly #end: () => Promise<void>;

  private constructor(url: string, end: () => Promise<void>) {
    this.url = url;
    this.#end = end;
    this.#client = new CloudWatchClient({
      endpoint: url,
      region: REGION,
      credentials: { accessKeyId: "reader", secretAccessKey: "reader" },
    });
  }

  static async start(): Promise<Moto> {
    const child = spawn(PYTHON ?? "python3", ["-c", SERVER], { stdio: ["pipe", "pipe", "ignore"] });
    const ended = once(child, "close");
    const [port] = (await Promise.race([
      once(createInterface(child.stdout), "line"),
      ended.then(() => Promise.reject(new Error("moto did not start"))),
    ])) as [string];
    return new Moto(`http://127.0.0.1:${port}`, async () => {
      child.kill();
      await ended;
    });
  }

  async metrics(namespace: string): Promise<Metric[]> {
    return (await this.#client.send(new ListMetricsCommand({ Namespace: namespace }))).Metrics ?? [];
  }

  /** Of the last hour, in the order of their time. @param period in s */
  async statistics(namespace: string, name: string, fleet: string, period = 1): Promise<Datapoint[]> {
    const { Datapoints = [] } = await this.#client.send(
      new GetMetricStatisticsCommand({
        Namespace: namespace,
        MetricName: name,
        Dimensions: [{ Name: "Fleet", Value: fleet }],
        StartTime: new Date(Date.now() - HOUR_MS),
        EndTime: new Date(Date.now() + HOUR_MS),
        Period: period,
        Statistics: ["Maximum", "Minimum", "SampleCount"],
      }),
    );
    return Datapoints.toSorted((a, b) => Number(a.Timestamp) - Number(b.Timestamp));
  }

  async stop(): Promise<void> {
    this.#client.destroy();
    await this.#end();
  }
}
