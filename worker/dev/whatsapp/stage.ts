import type { UserFacingSocketConfig } from "@whiskeysockets/baileys";
import { afterEach, beforeEach, vi } from "vitest";
import type { Phone } from "./phone.ts";
import { startWhatsAppSimulator, type SimulatorOptions, type WhatsAppSimulator } from "./simulator.ts";
import { newAccount, StockClient, type Account } from "./stock-client.ts";

/** A simulator for each test, and clients that end with it. */
export class Stage {
  #simulator: WhatsAppSimulator | undefined;
  readonly #clients: StockClient[] = [];

  constructor(options: SimulatorOptions = {}) {
    beforeEach(async () => {
      // The library's libsignal prints its sessions.
      for (const sink of ["info", "warn", "error"] as const)
        vi.spyOn(console, sink).mockImplementation(() => {});
      this.#simulator = await startWhatsAppSimulator(options);
    });
    afterEach(async () => {
      await Promise.all(this.#clients.splice(0).map(async (client) => await client.stop()));
      await this.#simulator?.close();
      vi.restoreAllMocks();
      const [error] = this.#simulator?.errors ?? [];
      if (error !== undefined) throw error;
    });
  }

  get simulator(): WhatsAppSimulator {
    if (!this.#simulator) throw new Error("only within a test");
    return this.#simulator;
  }

  start(account: Account = newAccount(), config: Partial<UserFacingSocketConfig> = {}): StockClient {
    const client = new StockClient(this.simulator, account, config);
    this.#clients.push(client);
    return client;
  }

  /** Links a new account to the phone and ends as the library does, waiting to be started again. */
  async pair(phone: Phone): Promise<Account> {
    const client = this.start();
    await phone.scan(await client.waitFor(() => client.qr));
    await client.waitFor(() => client.closed === 515);
    return client.account;
  }

  async login(account: Account, config: Partial<UserFacingSocketConfig> = {}): Promise<StockClient> {
    const client = this.start(account, config);
    await client.waitFor(() => client.open);
    return client;
  }

  async linked(phone: Phone, config: Partial<UserFacingSocketConfig> = {}): Promise<StockClient> {
    return await this.login(await this.pair(phone), config);
  }
}
