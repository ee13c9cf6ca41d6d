import { Unsealable } from "../adapters/redis/sealing.ts";
import type { Conversation } from "../conversation/types.ts";
import { errorFields, type Logger } from "../runtime/logging.ts";
import { backoffMs } from "./backoff.ts";
import type { Lease } from "./lease.ts";
import type { OrganizationSettings } from "./organization.ts";
import { Pairing, type PairingEvent } from "./pairing.ts";
import type { Ack, Connection, Ending, Receipt, WhatsApp } from "./whatsapp.ts";

/** After this many take-overs without a quiet {@link REPLACED_WINDOW_MS}, a person has to look at the number. */
const REPLACED_MAX = 3;
const REPLACED_WINDOW_MS = 10 * 60_000;

export type SessionStatus =
  | "unpaired"
  | "pairing"
  | "connecting"
  | "open"
  | "waiting"
  /** Another connection uses the number; pairing or a new owner ends it. */
  | "replaced"
  | "rejected"
  /** The stored credentials cannot be read. */
  | "unreadable"
  | "closed";

export interface SessionOptions {
  readonly organization: string;
  readonly lease: Lease;
  readonly whatsapp: WhatsApp;
  readonly log: Logger;
  settings(): OrganizationSettings;
  /** Whether the store still says that the lease is ours. */
  stillOurs(lease: Lease): Promise<boolean>;
  /** Ms before the next dial after so many failures in a row; with jitter and growing unless told. */
  redialMs?(failures: number): number;
  opened(organization: string, lease: Lease): void;
  disconnected(organization: string): void;
  /** There is no connection, until it opens again. Never rejects. */
  ended(organization: string, lease: Lease, reason: Ending["kind"]): Promise<void>;
  accepted(conversation: Conversation): void;
  ack(organization: string, ack: Ack): void;
  receipt(organization: string, receipt: Receipt): void;
}

/** The WhatsApp session of one organization under one lease: dials, and decides what the end of a connection means. */
export class Session {
  readonly organization: string;
  readonly lease: Lease;
  status: SessionStatus = "connecting";
  readonly #options: SessionOptions;
  #connection: Connection | undefined;
  /** While it is open. */
  #account: string | undefined;
  #redial: NodeJS.Timeout | undefined;
  #failures = 0;
  #replaced: number[] = [];
  readonly #pairing = new Pairing();
  #closed = false;

  constructor(options: SessionOptions) {
    this.organization = options.organization;
    this.lease = options.lease;
    this.#options = options;
  }

  /** Connects if a phone is linked. */
  async start(): Promise<void> {
    await this.#guarded(() => this.#dial());
  }

  /** Links a phone: tells the QR codes to show, or the code to type on the phone with this number, then how it ended. */
  async pair(tell: (event: PairingEvent) => void, number?: string): Promise<void> {
    if (this.status === "pairing") this.#pairing.failed("another pairing was asked for");
    else if (this.status === "replaced" || this.status === "rejected") this.#replaced = [];
    else if (this.status !== "unpaired") {
      const reason =
        this.status === "unreadable"
          ? `the stored credentials of ${this.organization} cannot be read: OXY_ENCRYPTION_KEYS has no key that opens them`
          : `${this.organization} is linked already (${this.status})`;
      tell({ kind: "failed", reason });
      return;
    }
    this.#pairing.follow(tell);
    if (this.status === "pairing" && number === this.#pairing.number) {
      this.#pairing.showAgain();
      return;
    }
    this.#pairing.begin(number);
    if (this.status === "pairing") {
      // The other way of linking takes another connection, which is dialled when this one has ended.
      this.#connection?.terminate();
      return;
    }
    this.status = "pairing";
    await this.#guarded(() => this.#dial());
  }

  /** Tells when it is connected, or why it will not be. */
  follow(tell: (event: PairingEvent) => void): void {
    this.#pairing.follow(tell);
    if (this.#account !== undefined) this.#pairing.succeeded(this.#account);
    else if (this.status === "unpaired") this.#pairing.failed("no phone is linked");
    else if (this.status === "unreadable") this.#pairing.failed("the stored credentials cannot be read");
  }

  get connection(): Connection | undefined {
    return this.#connection?.open === true ? this.#connection : undefined;
  }

  /** Stores what is under way, closes the socket, and does not come back. */
  async close(): Promise<void> {
    this.#stop();
    // At once: that the store does not answer keeps no socket open.
    await Promise.all([
      this.#connection?.close(),
      this.#options.ended(this.organization, this.lease, "closed"),
    ]);
  }

  /** Has WhatsApp unlink the device, closes, and does not come back. False where WhatsApp could not be told. */
  async logOut(): Promise<boolean> {
    const connection = this.connection;
    this.#stop();
    await (connection?.logOut() ?? this.#connection?.close());
    return connection !== undefined;
  }

  /** Cuts the socket now: the lease may be another's. */
  terminate(): void {
    this.#stop();
    this.#connection?.terminate();
  }

  #stop(): void {
    this.#closed = true;
    this.status = "closed";
    clearTimeout(this.#redial);
  }

  async #dial(): Promise<void> {
    if (this.#closed) return;
    // A pairing may come before the redial that is due: two connections would replace each other.
    clearTimeout(this.#redial);
    const { organization, lease, whatsapp, log } = this.#options;
    if (this.status !== "pairing") this.status = "connecting";
    const { number } = this.#pairing;
    const connection = await whatsapp.connect({
      organization,
      lease,
      pairing: this.status === "pairing",
      number,
      settings: () => this.#options.settings(),
      events: {
        qr: (qr) => this.#show({ kind: "qr", qr }),
        code: (code) => this.#show({ kind: "code", code }),
        paired: (account) => {
          log.info("whatsapp paired", { organization });
          this.#pairing.succeeded(account);
        },
        open: (account) => {
          this.status = "open";
          this.#account = account;
          this.#failures = 0;
          log.info("whatsapp open", { organization, shard: lease.shard });
          // Asked for on a number that was linked: there was no code to scan, and it is done.
          this.#pairing.succeeded(account);
          this.#options.opened(organization, lease);
        },
        accepted: (conversation) => {
          this.#options.accepted(conversation);
        },
        leftAlone: (what) => {
          log.debug("message left alone", { organization, what });
        },
        ack: (ack) => {
          this.#options.ack(organization, ack);
        },
        receipt: (receipt) => {
          this.#options.receipt(organization, receipt);
        },
        ended: (ending) => {
          void this.#guarded(() => this.#ended(ending));
        },
      },
    });
    this.#connection = connection;
    // The lease may have gone while the state was read.
    if (this.#closed || number !== this.#pairing.number) connection?.terminate();
    else if (connection === undefined) this.status = "unpaired";
  }

  async #ended(ending: Ending): Promise<void> {
    const { organization, lease, log } = this.#options;
    this.#connection = undefined;
    this.#account = undefined;
    this.#options.disconnected(organization);
    if (this.#closed) return;
    // A store that refuses or fails would do so again.
    if (ending.kind !== "store") void this.#options.ended(organization, lease, ending.kind);
    log.info("whatsapp closed", {
      organization,
      reason: ending.kind,
      ...("code" in ending ? { code: ending.code } : {}),
      ...("error" in ending ? { why: ending.error.message } : {}),
    });
    switch (ending.kind) {
      case "restart":
        this.status = "connecting";
        await this.#dial();
        return;
      case "dropped":
      case "closed":
        this.#dialLater();
        return;
      case "store":
        // A refusal means that the lease went; anything else is repeated once the store answers.
        if (await this.#options.stillOurs(this.lease)) this.#dialLater();
        else this.status = "waiting";
        return;
      case "replaced":
        await this.#replacedBy();
        return;
      case "logged-out":
        await this.#options.whatsapp.wipe(organization, this.lease);
        this.status = "unpaired";
        this.#pairing.failed("WhatsApp logged this device out");
        return;
      case "not-scanned":
        this.status = "unpaired";
        this.#pairing.failed(
          this.#pairing.number === undefined
            ? "nobody scanned the QR code in time"
            : "nobody typed the code on the phone in time",
        );
        return;
      case "rejected":
        this.status = "rejected";
        this.#pairing.failed(`WhatsApp rejects this client with code ${ending.code}`);
        return;
    }
  }

  /** Two connections that take over from each other are how numbers get banned: the lease decides, not the network. */
  async #replacedBy(): Promise<void> {
    const now = performance.now();
    this.#replaced = [...this.#replaced.filter((at) => now - at < REPLACED_WINDOW_MS), now];
    this.status = "replaced";
    this.#pairing.failed("another connection uses this number: is its process of before still running?");
    if (!(await this.#options.stillOurs(this.lease))) return;
    if (this.#replaced.length >= REPLACED_MAX) {
      this.#options.log.error("another connection keeps using this number; not redialling", {
        organization: this.organization,
      });
      return;
    }
    this.#failures += this.#replaced.length;
    this.#dialLater();
  }

  #dialLater(): void {
    clearTimeout(this.#redial);
    const inMs = (this.#options.redialMs ?? backoffMs)(this.#failures++);
    this.#redial = setTimeout(() => void this.#guarded(() => this.#dial()), inMs);
  }

  #show(code: PairingEvent): void {
    // Nobody is there to scan or type it.
    if (!this.#pairing.isAwaited) this.#connection?.terminate();
    this.#pairing.show(code);
  }

  /** A session that cannot be opened must not take the process, or the other organizations, with it. */
  async #guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (this.#closed) return;
      const unreadable = error instanceof Unsealable;
      this.status = unreadable ? "unreadable" : "waiting";
      this.#options.log.error("whatsapp session cannot be opened", {
        organization: this.organization,
        ...errorFields(error),
      });
      this.#pairing.failed(
        unreadable ? "the stored credentials cannot be read" : "the store cannot be reached",
      );
      if (!unreadable && (await this.#options.stillOurs(this.lease).catch(() => true))) this.#dialLater();
    }
  }
}
