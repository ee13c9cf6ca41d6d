import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { generate } from "selfsigned";

const DAY_MS = 86_400_000;
const VALID_DAYS = 30;
const IP_ADDRESS = 7;

/** A certificate and its key, as files that a server takes, and who signed it, as PEM. */
export interface ServerCertificate {
  readonly certificate: string;
  readonly key: string;
  readonly authority: string;
}

/** Signs the certificates of emulated stores, as Amazon's own authority does those of ElastiCache. */
export class Certificate {
  readonly #folder: string;
  readonly #authority: { readonly cert: string; readonly key: string };
  /** What a task is told of whom to trust: the authority, and whoever this machine trusts besides. */
  readonly bundle: string;

  private constructor(folder: string, authority: { cert: string; key: string }, bundle: string) {
    this.#folder = folder;
    this.#authority = authority;
    this.bundle = bundle;
  }

  /** @param folder of its own @param trusted a file with others that are to be trusted; may be missing */
  static async create(folder: string, trusted: string | undefined): Promise<Certificate> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const { cert, private: key } = await generate(
      [{ name: "commonName", value: "Rehearsal of ElastiCache" }],
      {
        ...validity(),
        keyType: "ec",
        algorithm: "sha256",
        extensions: [
          { name: "basicConstraints", cA: true, critical: true },
          { name: "keyUsage", keyCertSign: true, digitalSignature: true, critical: true },
        ],
      },
    );
    const others = trusted === undefined ? "" : await readFile(trusted, "utf8").catch(() => "");
    const bundle = join(folder, "trusted.pem");
    await writeFile(bundle, `${cert}\n${others}`);
    return new Certificate(folder, { cert, key }, bundle);
  }

  /** For a server at that address. */
  async for(address: string): Promise<ServerCertificate> {
    const { cert, private: key } = await generate([{ name: "commonName", value: address }], {
      ...validity(),
      keyType: "ec",
      algorithm: "sha256",
      ca: this.#authority,
      extensions: [{ name: "subjectAltName", altNames: [{ type: IP_ADDRESS, ip: address }] }],
    });
    const files = {
      certificate: join(this.#folder, `${address}.crt`),
      key: join(this.#folder, `${address}.key`),
    };
    await writeFile(files.certificate, cert);
    await writeFile(files.key, key, { mode: 0o600 });
    return { ...files, authority: this.#authority.cert };
  }
}

function validity(): { readonly notBeforeDate: Date; readonly notAfterDate: Date } {
  const now = Date.now();
  return { notBeforeDate: new Date(now - DAY_MS), notAfterDate: new Date(now + VALID_DAYS * DAY_MS) };
}
