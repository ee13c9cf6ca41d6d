import { join } from "node:path";
import { inheritedEnvironment } from "../../home.ts";
import { awsAt } from "../../offline.ts";
import { listen } from "../../provider/listen.ts";
import { ResourceProviderService } from "../../provider/protocol.ts";
import type { Cloud, StartEmulator } from "../cloud.ts";
import { Emulator } from "../emulator.ts";
import { Watch } from "../watch.ts";
import { Account } from "./account.ts";
import { awsApi } from "./api.ts";
import { Certificate } from "./certificate.ts";
import { Credentials } from "./credentials.ts";
import { EcsServices } from "./ecs/services.ts";
import { clusters } from "./endpoint/clusters.ts";
import { logs } from "./endpoint/logs.ts";
import { metrics } from "./endpoint/metrics.ts";
import { endpoint } from "./endpoint/routes.ts";
import { LoadBalancing } from "./load-balancing.ts";
import { LogStreams } from "./log-streams.ts";
import { Measurements } from "./measurements.ts";
import { USUAL_PACE, type Pace } from "./pace.ts";
import { Resources } from "./plugin/resources.ts";
import { AwsPlugin } from "./plugin/service.ts";
import { ReplicationGroups } from "./replication-groups.ts";
import { Declarations } from "./sdk/declarations.ts";

export interface AwsOptions {
  /** Number of the account, which is nobody's. */
  readonly account?: string;
  readonly pace?: Partial<Pace>;
}

/** The emulator, and what a test looks at behind it. */
export interface EmulatedAws {
  readonly emulator: Emulator;
  readonly account: Account;
  readonly services: EcsServices;
  readonly measurements: Measurements;
  /** Of the gRPC server that stands in for the plugin. */
  readonly pluginPort: number;
}

/** The one that AWS's own documentation has. */
const ACCOUNT = "123456789012";

/** AWS, as far as a stack of this project uses it: Pulumi's plugin for it, and the endpoint of its SDKs. */
export const startAws: StartEmulator = async (cloud) => (await startAwsWith(cloud, {})).emulator;

export async function startAwsWith(cloud: Cloud, options: AwsOptions): Promise<EmulatedAws> {
  const { containers, redisServers, folder, port } = cloud;
  const account = new Account(options.account ?? ACCOUNT);
  const pace = { ...USUAL_PACE, ...options.pace };
  const credentials = new Credentials(account.number);
  const certificate = await Certificate.create(
    join(folder, "certificates"),
    inheritedEnvironment()["NODE_EXTRA_CA_CERTS"],
  );
  const stores = new ReplicationGroups(account, redisServers, certificate);
  const balancing = new LoadBalancing(account, pace);
  let url = "";
  const services = new EcsServices({
    account,
    containers,
    balancing,
    credentials,
    pace,
    endpoint: () => url,
    reachable: (value, groups) => stores.reachable(value, groups),
    trust: { NODE_EXTRA_CA_CERTS: certificate.bundle },
  });
  const measurements = new Measurements();
  const watch = new Watch(awsApi.title);
  const declarations = new Declarations();
  const live = { ...services.live, ...balancing.live, ...stores.live };
  const plugin = new AwsPlugin({
    account: account.number,
    resources: new Resources(account, declarations, live),
    declarations,
    watch,
    // A defect of the emulator: loud, so that no test takes it for a failure of AWS.
    log: (line) => process.stderr.write(`${line}\n`),
  });
  const { server, port: pluginPort } = await listen(ResourceProviderService, plugin.service());
  const emulator = await Emulator.start({
    api: awsApi,
    credentials: {
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    },
    environment: (at) => ({ ...awsAt(at), PULUMI_DEBUG_PROVIDERS: `aws:${pluginPort}` }),
    watch,
    interrupt: (service, capacity) => services.interrupt(service, { capacity }),
    ...(port === undefined ? {} : { port }),
    refusalBody: (_status, message) => ({ __type: "ServiceUnavailableException", message }),
    routes: (app) =>
      endpoint(app, {
        account,
        credentials,
        targets: {
          AmazonEC2ContainerServiceV20141113: clusters(account, services),
          Logs_20140328: logs(account, new LogStreams(services)),
          GraniteServiceVersion20100801: metrics(account, measurements),
        },
      }),
    async close() {
      server.forceShutdown();
      await services.close();
      await Promise.all([balancing.close(), stores.close()]);
      await Promise.all([containers.close(), redisServers.close()]);
    },
  });
  url = emulator.url;
  return { emulator, account, services, measurements, pluginPort };
}
