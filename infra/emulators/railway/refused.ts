import { GraphQLError } from "graphql";

/** Railway refuses with status 200 and a sentence; its code is always the same. */
export class Refused extends GraphQLError {
  constructor(message: string) {
    super(message, { extensions: { code: "INTERNAL_SERVER_ERROR" } });
  }
}

/** @throws Refused as "… not found" when there is nothing */
export function found<Thing>(thing: Thing | undefined, kind: string): Thing {
  if (thing === undefined) throw new Refused(`${kind} not found`);
  return thing;
}
