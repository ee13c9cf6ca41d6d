import { isMap, isScalar, Pair, parseDocument, Scalar, YAMLMap, type Document } from "yaml";
import { EXIT, Failure } from "./failure.ts";

/** What is the stack's own, where it has it, whatever the example says. */
export const KEPT: ReadonlySet<string> = new Set(["image", "secrets"]);
/** The same for one whose data stay where they are. */
export const KEPT_WITH_STORE: ReadonlySet<string> = new Set([...KEPT, "store"]);
/** What a stack's file is begun with; an editor checks it by that. */
const HEADER = " yaml-language-server: $schema=stack-config.schema.json";

type Item = Pair<Scalar<string>, unknown>;

/**
 * A stack's file as the example says, with what is the stack's own: its image, its secrets, how they are encrypted,
 * keys of other programs, and whatever the example does not mention. Comments stay with what they are about.
 * @param file undefined when the stack has none
 * @param kept which of its keys are the stack's own
 * @throws Failure when that is no stack's file
 */
export function withExample(
  file: string | undefined,
  example: string,
  project: string,
  kept: ReadonlySet<string> = KEPT,
): string {
  const document = parseDocument(file ?? `#${HEADER}\nconfig: {}\n`);
  if (document.errors.length > 0)
    throw notAStack(document.errors[0]?.message.split("\n")[0] ?? "something else");
  const config = configOf(document);
  const current = itemsOf(config);
  for (const item of itemsOf(configOf(parseDocument(example)))) {
    const [, name = ""] = item.key.value.split(":");
    item.key.value = `${project}:${name}`;
    const at = current.findIndex(({ key }) => key.value === item.key.value);
    if (at === -1) current.push(item);
    else if (!kept.has(name)) current[at] = item;
  }
  config.items = current;
  config.flow = false;
  return document.toString({ lineWidth: 0 });
}

/** The map under `config`, made if there is none. */
function configOf(document: Document): YAMLMap {
  if (document.contents === null) document.contents = document.createNode({});
  if (!isMap(document.contents)) throw notAStack("something else");
  const found = document.contents.get("config", true);
  if (isMap(found)) return found;
  if (found !== undefined && !(isScalar(found) && found.value === null))
    throw notAStack("a config that has none");
  const config = new YAMLMap();
  document.contents.set("config", config);
  return config;
}

/** Its keys and values. What stands before the first key is about that key, but YAML gives it to the whole map. */
function itemsOf(map: YAMLMap): Item[] {
  const items = map.items as Item[];
  const [first] = items;
  if (first !== undefined && map.commentBefore) {
    first.key.commentBefore = map.commentBefore;
    map.commentBefore = null;
  }
  return [...items];
}

function notAStack(got: string): Failure {
  return new Failure(`expected a stack's file with keys under config, got ${got}`, EXIT.configuration);
}
