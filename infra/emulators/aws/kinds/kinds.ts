import { hex } from "../account.ts";
import { cacheKinds } from "./caches.ts";
import { containerKinds } from "./containers.ts";
import { identityKinds } from "./identity.ts";
import { arnOf, text, type Kind } from "./kind.ts";
import { networkKinds } from "./network.ts";

const known: Readonly<Record<string, Kind>> = {
  ...networkKinds,
  ...containerKinds,
  ...identityKinds,
  ...cacheKinds,
};

/** Of a type that nothing here depends on: it has an id, and the ARN that one would expect. */
export function kindOf(type: string): Kind {
  return known[type] ?? other(type);
}

function other(type: string): Kind {
  const [service = "", name = ""] = type.split(":")[1]?.split("/") ?? [];
  return {
    id: ({ inputs }) => text(inputs["name"]) || `${name}-${hex(17)}`,
    outputs: (making, id) => ({ arn: arnOf(making, service, `${name}/${id}`) }),
    replaceOn: ["name"],
  };
}
