import { z } from "zod";
import { createOnce } from "../../api/create-once.ts";
import { isApiFailure } from "../../api/failure.ts";
import { until } from "../../api/until.ts";
import { NotOurs, ResourceFailed, type Context, type Observed, type Resource } from "../resource.ts";
import { fly } from "./api.ts";
import { appNameOf, placeId } from "./app-place.ts";
import { FlyApp, type AddressType, type Digests, type FoundApp } from "./apps.ts";
import { FlyMachines } from "./machine-api.ts";
import { requireFleet } from "./machines.ts";

interface Inputs {
  readonly stack: string;
  readonly fleet: string;
  readonly organization: string;
  readonly region: string;
  readonly secrets: Readonly<Record<string, string>>;
  readonly isPublic: boolean;
}

interface Outputs {
  readonly name: string;
  readonly url: string;
  readonly digests: Digests;
  readonly secretsVersion: number;
  readonly condition: string;
}

const AS_DECLARED = "as declared";
/** What a public app needs, none of which costs anything. */
const ADDRESSES: readonly AddressType[] = ["shared_v4", "v6"];
/** Until an app that was created is there for everybody, in s. */
const SETTLE_SECONDS = 30;

/** An app: what the machines of a fleet have in common. */
export const flyApp: Resource<Inputs, Outputs> = {
  type: "oxy:fly:App",
  description: "An app at Fly.io, with the secrets and the addresses of a fleet's machines.",
  api: fly,
  inputs: z.strictObject({
    stack: z.string().describe("The stack it belongs to."),
    fleet: z.string().describe("The fleet whose machines are in it."),
    organization: z.string().describe("The organization that pays, by slug."),
    region: z.string().describe("Where its machines are."),
    secrets: z
      .record(z.string(), z.string())
      .meta({ secret: true })
      .describe("Settings of its machines that nobody can read back."),
    isPublic: z.boolean().describe("Whether the internet reaches its machines."),
  }),
  outputs: z.object({
    name: z.string().describe("Its name, one for all of Fly."),
    url: z.string().describe("Where the internet reaches it; empty when it does not."),
    digests: z.record(z.string(), z.string()).describe("Fly's digests of the secrets as they were set last."),
    secretsVersion: z.int().describe("The version of its secrets that they were set with."),
    condition: z.string().describe("`as declared`, or what is not."),
  }),
  stableOutputs: ["name"],
  identify: (inputs) => placeId(inputs),
  async create(_id, inputs, context) {
    const app = appOf(inputs, context);
    const found = await ensured(app, inputs, context);
    await requireOurs(app, found, inputs, context);
    return await synced(app, inputs, undefined, context);
  },
  update: (_id, inputs, known, context) => synced(appOf(inputs, context), inputs, known, context),
  read: (_id, known, context) => observe(known, context),
  async delete(_id, { inputs }, context) {
    const app = appOf(inputs, context);
    const found = await app.find();
    if (found === undefined) return;
    await requireOurs(app, found, inputs, context);
    await app.delete();
  },
  drift: ({ condition }) => (condition === AS_DECLARED ? [] : ["condition"]),
};

function appOf(inputs: Inputs, context: Context): FlyApp {
  return new FlyApp(context.api(fly), appNameOf(inputs));
}

async function ensured(app: FlyApp, { organization }: Inputs, { signal }: Context): Promise<FoundApp> {
  const find = () => appIfOurs(app);
  return await createOnce(
    find,
    async () => {
      try {
        await app.create(organization);
      } catch (error) {
        // A name that is taken by now may be ours: of an attempt that was answered by nobody.
        const there = isApiFailure(error, "invalid") ? await find() : undefined;
        if (there === undefined) throw error;
        return there;
      }
      const there = await until(SETTLE_SECONDS, signal, find);
      if (there === undefined)
        throw new ResourceFailed(
          `app "${app.name}" was created at Fly.io, but is not there after ${SETTLE_SECONDS} s`,
        );
      return there;
    },
    signal,
  );
}

/** @throws NotOurs when it is in an organization that the token does not reach */
async function appIfOurs(app: FlyApp): Promise<FoundApp | undefined> {
  try {
    return await app.find();
  } catch (error) {
    if (!isApiFailure(error, "forbidden")) throw error;
    throw new NotOurs(
      `${error.message}; names of apps are global at Fly.io: if it is not yours, name the fleet otherwise`,
    );
  }
}

/** An app without machines bears no mark: one of our name in our organization is of a creation that was cut off. */
async function requireOurs(app: FlyApp, there: FoundApp, inputs: Inputs, context: Context): Promise<void> {
  const { slug } = there.organization;
  if (slug !== inputs.organization)
    throw new NotOurs(
      `app "${app.name}" exists at Fly.io in organization ${slug}, not in ${inputs.organization}: delete it, or name the fleet otherwise`,
    );
  const machines = new FlyMachines(context.api(fly), app.name, "", context.signal);
  for (const machine of (await machines.list()) ?? [])
    requireFleet(machines.titleOf(machine), machine, inputs);
}

/** Writes only what differs. */
async function synced(
  app: FlyApp,
  inputs: Inputs,
  known: Observed<Inputs, Partial<Outputs>> | undefined,
  context: Context,
): Promise<Outputs> {
  if (known !== undefined && (await app.find()) === undefined) {
    // Deleted by hand since the last look.
    await ensured(app, inputs, context);
  }
  await syncAddresses(app, inputs);
  return { ...outputsOf(app, inputs), ...(await syncSecrets(app, inputs, known)), condition: AS_DECLARED };
}

function outputsOf(app: FlyApp, { isPublic }: Inputs): Pick<Outputs, "name" | "url"> {
  return { name: app.name, url: isPublic ? `https://${app.name}.fly.dev` : "" };
}

async function syncAddresses(app: FlyApp, { isPublic }: Inputs): Promise<void> {
  const there = await app.addresses();
  if (!isPublic) for (const ip of there.keys()) await app.deleteAddress(ip);
  else for (const type of missingAddresses([...there.values()])) await app.addAddress(type);
}

/** One of its own is as good as a shared one. */
function missingAddresses(there: readonly AddressType[]): readonly AddressType[] {
  return ADDRESSES.filter((type) => !there.includes(type) && !(type === "shared_v4" && there.includes("v4")));
}

/** No value can be read back: what was set is known by the digest that Fly gave it then. */
async function syncSecrets(
  app: FlyApp,
  { secrets }: Inputs,
  known: Observed<Inputs, Partial<Outputs>> | undefined,
): Promise<Pick<Outputs, "digests" | "secretsVersion">> {
  const there = await app.secrets();
  const recorded = known?.outputs.digests ?? {};
  const isSet = (name: string, value: string) =>
    known?.inputs.secrets[name] === value && recorded[name] !== undefined && recorded[name] === there[name];
  const changed = Object.entries(secrets).filter(([name, value]) => !isSet(name, value));
  for (const name of Object.keys(there)) if (!Object.hasOwn(secrets, name)) await app.deleteSecret(name);
  if (changed.length === 0)
    return { digests: digestsFor(secrets, there), secretsVersion: known?.outputs.secretsVersion ?? 0 };
  const { digests, version } = await app.setSecrets(Object.fromEntries(changed));
  return { digests: digestsFor(secrets, { ...there, ...digests }), secretsVersion: version };
}

function digestsFor(secrets: Inputs["secrets"], digests: Digests): Digests {
  return Object.fromEntries(Object.entries(digests).filter(([name]) => Object.hasOwn(secrets, name)));
}

async function observe(
  known: Observed<Inputs, Outputs> | undefined,
  context: Context,
): Promise<Observed<Inputs, Outputs> | undefined> {
  if (known === undefined)
    throw new ResourceFailed("an app at Fly.io is adopted by declaring it, not imported");
  const { inputs } = known;
  const app = appOf(inputs, context);
  if ((await app.find()) === undefined) return undefined;
  // Of a creation that failed, nothing is known besides its inputs.
  const { digests = {}, secretsVersion = 0 } = known.outputs as Partial<Outputs>;
  const condition = conditionOf(inputs, digests, await app.secrets(), [...(await app.addresses()).values()]);
  return { inputs, outputs: { ...outputsOf(app, inputs), digests, secretsVersion, condition } };
}

function conditionOf(
  { secrets, isPublic }: Inputs,
  set: Digests,
  there: Digests,
  addresses: readonly AddressType[],
): string {
  const other = Object.keys(secrets).filter((name) => set[name] === undefined || set[name] !== there[name]);
  if (other.length > 0) return `${other.join(", ")} not as they were set`;
  const more = Object.keys(there).filter((name) => !Object.hasOwn(secrets, name));
  if (more.length > 0) return `${more.join(", ")} set by somebody else`;
  if (isPublic && missingAddresses(addresses).length > 0) return "without an address";
  if (!isPublic && addresses.length > 0) return "with an address of the internet";
  return AS_DECLARED;
}
