import type { RenderKeyValue } from "./key-values.ts";

export type AccessRule = NonNullable<RenderKeyValue["ipAllowList"]>[number];

const EVERYBODY = "0.0.0.0/0";
/** Of a block that is for documentation only (RFC 5737): nobody on the internet has it. */
const NOBODY = "192.0.2.1/32";
const MARK = "oxy stack ";

/**
 * Who reaches a Key Value instance from outside Render. It has no labels, but each of its access rules has a
 * description: that is where it says whose it is, also when the rule lets nobody in.
 */
export function accessRules(stack: string, openToInternet: boolean): readonly AccessRule[] {
  return [{ cidrBlock: openToInternet ? EVERYBODY : NOBODY, description: `${MARK}${stack}` }];
}

/** The stack that they name; undefined when they name none. */
export function stackIn(rules: readonly AccessRule[]): string | undefined {
  return rules.find(({ description }) => description.startsWith(MARK))?.description.slice(MARK.length);
}

export function isOpen(rules: readonly AccessRule[]): boolean {
  return rules.some(({ cidrBlock }) => cidrBlock === EVERYBODY);
}

export function areSameRules(some: readonly AccessRule[], others: readonly AccessRule[]): boolean {
  const texts = (rules: readonly AccessRule[]) =>
    rules.map(({ cidrBlock, description }) => `${cidrBlock} ${description}`).toSorted();
  return JSON.stringify(texts(some)) === JSON.stringify(texts(others));
}
