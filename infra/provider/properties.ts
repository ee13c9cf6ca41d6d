import type {
  Struct as StructMessage,
  Value as ValueMessage,
} from "google-protobuf/google/protobuf/struct_pb.js";
import { formatPath, type Path } from "./paths.ts";
import { Struct, StructValue } from "./protocol.ts";
import { isList, mapValues, plain, Secret, UNKNOWN } from "./values.ts";
import type { Value, Values } from "./values.ts";

/** The engine sent something that no resource of this provider takes; the message says where and what. */
export class NotAccepted extends Error {
  override readonly name = "NotAccepted";
}

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
const REFUSED: Readonly<Record<string, string>> = {
  c44067f5952c0a294b673a41bacd8c17: "an asset",
  "0def7320c3a5731c473e5ecbe6d01bc7": "an archive",
  "5cf8f73096256a8f31e491e813e4eb8e": "a resource",
};

/** One for each type of the value that is not known: text, number, boolean, list, object, asset, archive. */
const UNKNOWN_TEXT = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const UNKNOWNS: ReadonlySet<string> = new Set([
  UNKNOWN_TEXT,
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
]);

/** @throws NotAccepted */
export function decode(struct: StructMessage | undefined): Values {
  return struct === undefined ? {} : decodeFields(struct, []);
}

export function encode(values: Values): StructMessage {
  return Struct.fromJavaScript(mapValues(values, wire));
}

function decodeFields(struct: StructMessage, path: Path): Values {
  const entries: [string, Value][] = [];
  struct.getFieldsMap().forEach((value, key) => entries.push([key, decodeValue(value, [...path, key])]));
  return Object.fromEntries(entries);
}

function decodeValue(value: ValueMessage, path: Path): Value {
  switch (value.getKindCase()) {
    case StructValue.KindCase.STRING_VALUE:
      return UNKNOWNS.has(value.getStringValue()) ? UNKNOWN : value.getStringValue();
    case StructValue.KindCase.NUMBER_VALUE:
      return value.getNumberValue();
    case StructValue.KindCase.BOOL_VALUE:
      return value.getBoolValue();
    case StructValue.KindCase.LIST_VALUE:
      return (value.getListValue()?.getValuesList() ?? []).map((entry, index) =>
        decodeValue(entry, [...path, index]),
      );
    case StructValue.KindCase.STRUCT_VALUE:
      return decodeStruct(value.getStructValue() ?? new Struct(), path);
    default:
      return null;
  }
}

function decodeStruct(struct: StructMessage, path: Path): Value {
  const signature = struct.getFieldsMap().get(SIGNATURE)?.getStringValue();
  if (signature === undefined) return decodeFields(struct, path);
  const inner = struct.getFieldsMap().get("value");
  const value = inner === undefined ? UNKNOWN : decodeValue(inner, path);
  if (signature === SECRET) return new Secret(plain(value));
  if (signature === OUTPUT) {
    const secret = struct.getFieldsMap().get("secret")?.getBoolValue() ?? false;
    return secret ? new Secret(plain(value)) : value;
  }
  const kind = REFUSED[signature] ?? "something of an unknown kind";
  throw new NotAccepted(`${formatPath(path)}: expected a plain value, got ${kind}`);
}

type Wire = Parameters<typeof StructValue.fromJavaScript>[0];

function wire(value: Value): Wire {
  if (value === UNKNOWN) return UNKNOWN_TEXT;
  if (value instanceof Secret) return { [SIGNATURE]: SECRET, value: wire(value.value) };
  if (isList(value)) return value.map(wire);
  return typeof value === "object" && value !== null ? mapValues(value as Values, wire) : value;
}
