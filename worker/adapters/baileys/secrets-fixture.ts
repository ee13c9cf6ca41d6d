import { SessionState } from "./session-state.ts";
import type { World } from "./adapter-fixture.ts";

/** Names under which Baileys and libsignal keep what nobody else may know. */
const SECRET = /^(private|privKey|rootKey|key|advSecretKey|chainKey)$/;
const LEAST_BYTES = 16;

/** Every secret of an organization's WhatsApp session. */
export async function secretsOf(world: World, organization = "acme"): Promise<Buffer[]> {
  const lease = await world.lease(organization);
  const state = await SessionState.load({ ...world, lease, organization, onFailure: () => {} });
  const fields = await world.store.hkeys(world.keys.signalKeys(organization));
  const values = fields.map((field) => state.readPlain<unknown>(field));
  const secrets = [state.creds, ...values].flatMap((value) => collect(value, false));
  return secrets.filter(({ length }) => length >= LEAST_BYTES);
}

/** Which of the secrets can be read in a text, as bytes printed by Node, as hex or as base64. */
export function readable(text: string, secrets: readonly Buffer[]): string[] {
  const whole = text.toLowerCase().replaceAll(/[\s:,]/g, "");
  return secrets
    .filter(
      (secret) =>
        text.includes(secret.toString("base64").replace(/=+$/, "")) || whole.includes(secret.toString("hex")),
    )
    .map((secret) => secret.toString("hex"));
}

function collect(value: unknown, secret: boolean): Buffer[] {
  if (value instanceof Uint8Array) return secret ? [Buffer.from(value)] : [];
  if (typeof value === "string") return secret ? [Buffer.from(value, "base64")] : [];
  if (typeof value !== "object" || value === null) return [];
  if ("type" in value && value.type === "Buffer" && "data" in value) return collect(value.data, secret);
  return Object.entries(value).flatMap(([name, inner]) =>
    collect(inner, SECRET.test(name) && typeof inner !== "number"),
  );
}
