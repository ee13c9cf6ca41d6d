import { AuditRefused } from "./refused.ts";

/** Where a Redis is, as it may be shown: without user and password. */
export interface RedisAddress {
  readonly url: string;
  readonly shown: string;
  readonly tls: boolean;
}

/** @throws AuditRefused for anything that is no URL of a Redis */
export function redisAddress(text: string): RedisAddress {
  const expected = "expected redis://…, or rediss://… for TLS";
  if (!URL.canParse(text)) throw new AuditRefused(`${expected}, got something that is no URL`);
  const url = new URL(text);
  if (!["redis:", "rediss:"].includes(url.protocol))
    throw new AuditRefused(`${expected}, got a URL that begins with ${url.protocol}//`);
  if (url.hostname === "") throw new AuditRefused(`${expected}, got a URL without a host`);
  const database = url.pathname.replace(/^\//, "");
  if (!/^\d{0,4}$/.test(database))
    throw new AuditRefused(`expected the number of a database after the host, got "${database}"`);
  const shown = `${url.protocol}//${url.host}${database === "" ? "" : `/${database}`}`;
  return { url: text, shown, tls: url.protocol === "rediss:" };
}
