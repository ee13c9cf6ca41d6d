import { useMultiFileAuthState } from "@whiskeysockets/baileys";
import type { WhatsAppSimulator } from "./simulator.ts";
import { StockClient } from "./stock-client.ts";

/** The unmodified library with its session in a folder, as its own example keeps it. */
export async function multiFileClient(simulator: WhatsAppSimulator, folder: string): Promise<StockClient> {
  const { state, saveCreds } = await useMultiFileAuthState(folder);
  const client = new StockClient(simulator, state);
  client.socket.ev.on("creds.update", () => void saveCreds());
  return client;
}
