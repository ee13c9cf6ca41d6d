/** The management API of a host or a store, as its documentation has it. */
export interface Api {
  /** As people call it. */
  readonly title: string;
  readonly url: string;
  /** Environment variable that names another address: of an emulator, or of a proxy. */
  readonly urlVariable: string;
  /** Environment variables with what it is called with; all of them are needed, and none is shown. */
  readonly variables: readonly string[];
  /** What is sent with each call. */
  headers(credentials: Readonly<Record<string, string>>): Record<string, string>;
  /** The API's own words in the body of a refusal. */
  messageOf(body: unknown): string | undefined;
  /** A read that any credentials may make, and that costs nothing: whether they are accepted. What is not there is no refusal. */
  readonly probe?: Probe;
  /** Where the environment variables come from: completes "get one: …". */
  readonly whereFrom: string;
}

interface Probe {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number>>;
  readonly body?: unknown;
}

/** Values of environment variables, from wherever they were given. */
export type Settings = Readonly<Record<string, string | undefined>>;

/** Variables that are needed and not set. */
export function missingVariables(api: Api, settings: Settings): string[] {
  return api.variables.filter((variable) => (settings[variable] ?? "") === "");
}

/** The credentials of an API, to be cut out of whatever is printed. */
export function credentialsOf(api: Api, settings: Settings): Record<string, string> {
  return Object.fromEntries(api.variables.map((variable) => [variable, settings[variable] ?? ""]));
}

/** Its address, without a slash at the end. */
export function addressOf(api: Api, settings: Settings): string {
  return (settings[api.urlVariable] || api.url).replace(/\/+$/, "");
}

/** A sentence for each variable that is needed and not set. */
export function missingCredentials(api: Api, settings: Settings): string[] {
  return missingVariables(api, settings).map(
    (variable) =>
      `${variable}: expected the credentials of ${api.title}'s API, got nothing; get one: ${api.whereFrom}`,
  );
}

/** What is known of an API besides its own word. */
export interface ApiStanding {
  readonly title: string;
  /** Which description of it our requests are checked against, with its date; missing: they are unverified. */
  readonly checkedAgainst?: string;
}
