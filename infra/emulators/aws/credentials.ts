import { timingSafeEqual } from "node:crypto";
import { hex } from "./account.ts";

/** Whoever calls AWS. */
export interface Caller {
  /** Of a role that a task runs as; missing for whoever deploys, who may do everything. */
  readonly role?: string;
  readonly arn: string;
}

interface TaskCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly token: string;
  readonly role: string;
}

/** As long as AWS's, in ms. */
const VALID_MS = 6 * 3_600_000;

/** The keys that are accepted: those of whoever deploys, and of each task that has a role. */
export class Credentials {
  readonly accessKeyId = "AKIAREHEARSAL0000000";
  readonly secretAccessKey = "rehearsal-secret-access-key";
  readonly #account: string;
  readonly #tasks = new Map<string, TaskCredentials>();

  constructor(account: string) {
    this.#account = account;
  }

  /** For a task. @returns what it asks for them with */
  issue(task: string, role: string): { readonly token: string } {
    const token = hex(40);
    this.#tasks.set(task, {
      accessKeyId: `ASIA${hex(16).toUpperCase()}`,
      secretAccessKey: hex(40),
      token,
      role,
    });
    return { token };
  }

  revoke(task: string): void {
    this.#tasks.delete(task);
  }

  /** As a task gets them from its agent. @returns undefined for whoever does not know the token */
  of(task: string, token: string): object | undefined {
    const issued = this.#tasks.get(task);
    if (issued === undefined || !isSame(issued.token, token)) return undefined;
    return {
      RoleArn: issued.role,
      AccessKeyId: issued.accessKeyId,
      SecretAccessKey: issued.secretAccessKey,
      Token: "session-token",
      Expiration: new Date(Date.now() + VALID_MS).toISOString(),
    };
  }

  /** By the key in the signature; the signature itself is taken for true. */
  caller(authorization: string): Caller | undefined {
    const key = /Credential=([A-Z0-9]+)\//.exec(authorization)?.[1];
    if (key === this.accessKeyId) return { arn: `arn:aws:iam::${this.#account}:user/rehearsal` };
    const found = [...this.#tasks].find(([, { accessKeyId }]) => accessKeyId === key);
    if (found === undefined) return undefined;
    const [task, { role }] = found;
    const name = role.split("/").at(-1) ?? "";
    return { role, arn: `arn:aws:sts::${this.#account}:assumed-role/${name}/${task}` };
  }
}

function isSame(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
}
