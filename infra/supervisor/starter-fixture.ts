import { startService } from "./start-service.ts";
import { stopService } from "./stop-service.ts";
import type { ServiceSpec } from "./service.ts";

/** Another process that uses the API: `starter-fixture.ts start|stop <directory> [spec as JSON]`. */
const [, , action, directory = "", spec = "{}"] = process.argv;
if (action === "start") await startService(directory, JSON.parse(spec) as ServiceSpec);
else await stopService(directory);
console.log("done");
if (action === "start") setInterval(() => {}, 60_000);
