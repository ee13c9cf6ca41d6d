/** Of all organizations, and of the deployment. */
const ALL = "*";
const PREFIX = "silence ";

/** `rule organization` → until when people asked not to be told, in ms of store time. */
export type Silences = Readonly<Record<string, number>>;

/** The field of the hash of alerts that has it. @param organization of all, where it is undefined */
export function silenceField(rule: string, organization: string | undefined): string {
  return `${PREFIX}${rule} ${organization ?? ALL}`;
}

/** The silences among the fields of the hash. */
export function silencesOf(fields: Readonly<Record<string, string>>): Silences {
  const entries = Object.entries(fields).filter(([name]) => name.startsWith(PREFIX));
  return Object.fromEntries(entries.map(([name, until]) => [name.slice(PREFIX.length), Number(until)]));
}

export function isSilenced(silences: Silences, at: number, rule: string, organization = ALL): boolean {
  return [organization, ALL].some((who) => (silences[`${rule} ${who}`] ?? 0) > at);
}
