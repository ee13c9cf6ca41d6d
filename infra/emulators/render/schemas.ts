/** What Render takes, by its OpenAPI description; more strictly, nothing that it does not know. */

const REGIONS = ["frankfurt", "oregon", "ohio", "singapore", "virginia"];
const PLANS = ["starter", "standard", "pro", "pro_plus", "pro_max", "pro_ultra"];
const text = { type: "string" };

function object(required: readonly string[], properties: Readonly<Record<string, object>>): object {
  return { type: "object", required, properties, additionalProperties: false };
}

export function queryOf(...names: readonly string[]): object {
  const value = { anyOf: [text, { type: "array", items: text }] };
  return object([], Object.fromEntries(names.map((name) => [name, value])));
}

const criterion = object(["enabled", "percentage"], {
  enabled: { type: "boolean" },
  percentage: { type: "integer", minimum: 1, maximum: 90 },
});

export const autoscaling = object(["enabled", "min", "max", "criteria"], {
  enabled: { type: "boolean" },
  min: { type: "integer", minimum: 1 },
  max: { type: "integer", minimum: 1, maximum: 100 },
  criteria: object(["cpu", "memory"], { cpu: criterion, memory: criterion }),
});

const image = object(["ownerId", "imagePath"], {
  ownerId: text,
  imagePath: { type: "string", minLength: 1 },
  registryCredentialId: text,
});

const maxShutdownDelaySeconds = { type: "integer", minimum: 1, maximum: 300 };
const autoDeploy = { type: "string", enum: ["yes", "no"] };
const runtime = { type: "string", enum: ["docker", "node", "image"] };

/** Of the service and, in an array, of all of its variables. */
export const envVars = {
  type: "array",
  items: object(["key", "value"], { key: { type: "string", minLength: 1 }, value: text }),
};

export const envVarValue = object(["value"], { value: text });

export const serviceCreation = object(["type", "name", "ownerId", "serviceDetails"], {
  type: { type: "string", enum: ["web_service", "background_worker"] },
  name: { type: "string", minLength: 1 },
  ownerId: text,
  repo: text,
  branch: text,
  autoDeploy,
  image,
  envVars,
  serviceDetails: object(["runtime"], {
    runtime,
    region: { type: "string", enum: REGIONS },
    plan: { type: "string", enum: PLANS },
    numInstances: { type: "integer", minimum: 1, maximum: 100 },
    autoscaling,
    maxShutdownDelaySeconds,
    healthCheckPath: text,
    disk: object(["name", "mountPath"], {
      name: text,
      mountPath: text,
      sizeGB: { type: "integer", minimum: 1 },
    }),
  }),
});

export const servicePatch = object([], {
  name: { type: "string", minLength: 1 },
  autoDeploy,
  image,
  serviceDetails: object([], {
    runtime,
    plan: { type: "string", enum: PLANS },
    maxShutdownDelaySeconds,
    healthCheckPath: text,
  }),
});

export const scale = object(["numInstances"], {
  numInstances: { type: "integer", minimum: 1, maximum: 100 },
});

export const deployCreation = object([], {
  clearCache: { type: "string", enum: ["clear", "do_not_clear"] },
  imageUrl: text,
});

const keyValuePlan = { type: "string", enum: ["free", "starter", "standard", "pro", "pro_plus"] };
const maxmemoryPolicy = {
  type: "string",
  enum: [
    "noeviction",
    ...["allkeys_lfu", "allkeys_lru", "allkeys_random"],
    ...["volatile_lfu", "volatile_lru", "volatile_random", "volatile_ttl"],
  ],
};
const ipAllowList = {
  type: "array",
  items: object(["cidrBlock", "description"], {
    cidrBlock: { type: "string", pattern: String.raw`^\d+[.]\d+[.]\d+[.]\d+/\d+$` },
    description: text,
  }),
};
/** Not in the description of early 2026; in answers recorded in June. */
const persistenceMode = { type: "string", enum: ["off", "snapshot", "journal_snapshot"] };

export const keyValueCreation = object(["name", "ownerId", "plan"], {
  name: { type: "string", minLength: 1 },
  ownerId: text,
  plan: keyValuePlan,
  region: { type: "string", enum: REGIONS },
  maxmemoryPolicy,
  persistenceMode,
  ipAllowList,
});

export const keyValuePatch = object([], {
  name: { type: "string", minLength: 1 },
  plan: keyValuePlan,
  maxmemoryPolicy,
  persistenceMode,
  ipAllowList,
});

export const registryCredentialCreation = object(["name", "registry", "username", "authToken", "ownerId"], {
  registry: { type: "string", enum: ["GITHUB", "GITLAB", "DOCKER", "GOOGLE_ARTIFACT", "AWS_ECR"] },
  name: text,
  username: text,
  authToken: text,
  ownerId: text,
});

export const logQuery = object(["ownerId", "resource"], {
  ownerId: text,
  resource: { anyOf: [text, { type: "array", items: text }] },
  type: { anyOf: [text, { type: "array", items: text }] },
  startTime: text,
  endTime: text,
  direction: { type: "string", enum: ["forward", "backward"] },
  limit: text,
});
