import { z } from "zod";
import { FLEET_NAME, fleetFields, storeFields, topFields } from "../config.ts";
import { docOf, field, hasDoc } from "../stack-config/field.ts";
import { fieldsOf, type Choosing, type Kinds } from "../stack-config/section.ts";
import {
  anySecret,
  plainSetting,
  requiredSecrets,
  SECRET_NAME,
  SETTING_NAME,
} from "../stack-config/settings.ts";
import { hosts as everyHost } from "../hosts.ts";
import { stores as everyStore } from "../stores.ts";
import { DEPLOYMENT_SETTINGS } from "../workload.ts";

/** The name in Pulumi.yaml: the namespace of a stack's keys. */
export const PROJECT = "oxy-workers";

/** What the generated page and schema describe. */
export interface DescribedKinds {
  readonly hosts: Kinds;
  readonly stores: Kinds;
}

/** JSON Schema of `stacks/Pulumi.<stack>.yaml`, for editors. Run directly, this module prints it. */
export function stackConfigSchema({ hosts, stores }: DescribedKinds) {
  const setByDeployment = { enum: Object.keys(DEPLOYMENT_SETTINGS) };
  const plainName = z.string().regex(SETTING_NAME);
  const encrypted = { secure: z.string() };
  const secrets = z
    .object(
      Object.fromEntries(
        Object.entries(requiredSecrets).map(([name, schema]) => [
          name,
          field(z.strictObject(encrypted).optional(), docOf(schema)),
        ]),
      ),
    )
    .catchall(field(z.strictObject(encrypted), docOf(anySecret)));
  const config = z.strictObject(
    namespaced({
      ...topFields,
      store: field(storeSchema(stores), docOf(topFields.store)),
      fleets: field(
        z.record(z.string().regex(FLEET_NAME), oneOf(fleetFields(hosts))),
        docOf(topFields.fleets),
      ),
      environment: field(z.record(plainName, plainSetting).optional(), docOf(topFields.environment)),
      secrets: field(secrets.optional(), docOf(topFields.secrets)),
    }),
  );
  const file = z.strictObject({
    config,
    // What Pulumi itself keeps there.
    environment: z.union([z.array(z.unknown()), z.record(z.string(), z.unknown())]).optional(),
    secretsprovider: z.string().optional(),
    encryptionsalt: z.string().optional(),
    encryptedkey: z.string().optional(),
  });
  /** What zod has no words for. */
  const more = new Map<z.core.$ZodType, object>([
    [plainName, { not: { anyOf: [setByDeployment, { pattern: SECRET_NAME.source }] } }],
    [secrets, { propertyNames: { pattern: SETTING_NAME.source, not: setByDeployment } }],
    [config, { patternProperties: { [`^(?!${PROJECT}:)[^:]+:.`]: {} } }],
  ]);
  return z.toJSONSchema(file, {
    io: "input",
    target: "draft-7",
    override: ({ zodSchema, jsonSchema }) => {
      if (hasDoc(zodSchema)) jsonSchema.description = docOf(zodSchema).about;
      Object.assign(jsonSchema, more.get(zodSchema));
    },
  });
}

function storeSchema(stores: Kinds) {
  const kinds = Object.keys(stores).filter((kind) => stores[kind]?.config.safeParse({}).success);
  return z.union([z.enum(kinds), oneOf(storeFields(stores))]);
}

function oneOf(choosing: Choosing) {
  return z.union(Object.keys(choosing.kinds).map((kind) => z.strictObject(fieldsOf(choosing, kind))));
}

function namespaced(fields: Readonly<Record<string, z.ZodType>>) {
  return Object.fromEntries(Object.entries(fields).map(([key, schema]) => [`${PROJECT}:${key}`, schema]));
}

if (import.meta.main)
  process.stdout.write(
    `${JSON.stringify(stackConfigSchema({ hosts: everyHost, stores: everyStore }), undefined, 2)}\n`,
  );
