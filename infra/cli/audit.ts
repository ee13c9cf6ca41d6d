import { Command } from "commander";
import { audit, type Audit } from "../audit/audit.ts";
import { AuditConnection } from "../audit/connection.ts";
import { redisAddress, type RedisAddress } from "../audit/redis-address.ts";
import { AuditRefused } from "../audit/refused.ts";
import { auditText } from "./audit-text.ts";
import { loadCatalogue } from "../compare/catalogue/catalogue.ts";
import { watchOptionsOf, withWatching, type WatchingOptions } from "./audit-options.ts";
import { EXIT, Failure } from "./failure.ts";
import { reportFor, type Report } from "./report.ts";

export function auditCommand(): Command {
  const command = new Command("audit")
    .description(
      "What a Redis with BullMQ costs and risks: watched for a minute, read-only, by its counters.",
    )
    .argument("<redis-url>", "redis://… or rediss://…; a password may be in REDIS_PASSWORD instead")
    .addHelpText(
      "after",
      `
No job is read and nothing is changed: INFO, SCAN, and the lengths of queues; CLIENT LIST where it is permitted.
A Redis user for it: ACL SETUSER audit on >… ~* +@read +info +client|list

Ends with 1 when something is wrong, and when the Redis could not be audited.

Examples:
  $ npx oxy audit redis://localhost:6379
  $ npx oxy audit rediss://audit:…@eu1-name.upstash.io:6379 --seconds 300 --json`,
    )
    .action(auditRedis);
  return withWatching(command).option("--json", "print all that was found as a line of JSON");
}

async function auditRedis(url: string, options: WatchingOptions): Promise<void> {
  const report = reportFor(options);
  try {
    const address = redisAddress(withPassword(url));
    const watching = watchOptionsOf(options);
    const catalogue = await loadCatalogue({ providers: ["upstash"] });
    const connection = await AuditConnection.open(address);
    try {
      report.say(`${address.shown}: watched for ${watching.seconds} s …`);
      const found = await audit(connection, { ...watching, catalogue });
      tell(report, address, found);
    } finally {
      connection.close();
    }
  } catch (error) {
    if (error instanceof AuditRefused) throw new Failure(error.message);
    throw error;
  }
}

/** So that it need not stand in the shell's history. */
function withPassword(text: string): string {
  const password = process.env["REDIS_PASSWORD"];
  if (!password || !URL.canParse(text)) return text;
  const url = new URL(text);
  if (url.password === "") url.password = encodeURIComponent(password);
  return url.href;
}

function tell(report: Report, { shown }: RedisAddress, found: Audit): void {
  report.result({ kind: "result", redis: shown, ...found }, auditText(shown, found));
  if (found.findings.some(({ verdict }) => verdict === "wrong")) process.exitCode = EXIT.error;
}
