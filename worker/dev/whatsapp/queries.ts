import { jidDecode, type BinaryNode } from "@whiskeysockets/baileys";
import type { Companion } from "./companion.ts";
import type { Directory } from "./directory.ts";
import type { Handset } from "./handset.ts";
import { bundleParts, type Bundle } from "./keys.ts";
import { bigEndian, bytes, child, children, element, SERVER } from "./node.ts";
import { Phone } from "./phone.ts";

/** The content of the result for a client's query; a query that nobody knows is answered with an empty one. */
export function answer(query: BinaryNode, companion: Companion, directory: Directory): BinaryNode[] {
  const { xmlns, type } = query.attrs;
  switch (xmlns) {
    case "encrypt":
      return type === "get" ? keysFor(query, companion, directory) : storeKeys(query, companion);
    case "usync":
      return [usync(query, directory)];
    case "abt":
      return [element("props")];
    case "blocklist":
      return [element("list")];
    case "privacy":
      return child(query, "tokens") ? [] : [element("privacy", {}, privacy())];
    case "w:sync:app:state":
      return [element("sync", {}, collections(query))];
    default:
      return [];
  }
}

function keysFor(query: BinaryNode, companion: Companion, directory: Directory): BinaryNode[] {
  if (child(query, "count")) return [element("count", { value: companion.keys.count.toString() })];
  if (child(query, "digest"))
    return [
      element("digest", {}, [element("registration", {}, bigEndian(companion.keys.registrationId, 4))]),
    ];
  const users = children(child(query, "key"), "user").map(({ attrs: { jid } }) => {
    const bundle = bundleOf(jid, directory);
    if (!bundle) return element("user", { jid }, [element("error", { code: "404", text: "item-not-found" })]);
    return element("user", { jid }, [
      element("registration", {}, bigEndian(bundle.registrationId, 4)),
      ...bundleParts(bundle),
    ]);
  });
  return [element("list", {}, users)];
}

function bundleOf(jid: string | undefined, directory: Directory): Bundle | undefined {
  const account = directory.find(jid);
  const device = jidDecode(jid)?.device ?? 0;
  if (!account || device === 0) return account?.keys.bundle();
  if (!(account instanceof Phone) || account.companion?.device !== device) return undefined;
  return account.takeBundle(account.companion);
}

function storeKeys(query: BinaryNode, companion: Companion): BinaryNode[] {
  const rotate = child(query, "rotate");
  if (rotate) companion.keys.rotate(child(rotate, "skey"));
  else companion.keys.upload(query);
  return [];
}

function usync(query: BinaryNode, directory: Directory): BinaryNode {
  const request = child(query, "usync");
  const wanted = new Set(children(child(request, "query")).map((part) => part.tag));
  const users = children(child(request, "list"), "user").map((user) => {
    const number =
      child(user, "contact")?.content === undefined ? undefined : bytes(child(user, "contact")).toString();
    const asked = user.attrs["jid"] ?? `${number?.replace("+", "")}${SERVER}`;
    return element("user", { jid: asked }, describe(asked, directory.find(asked), wanted));
  });
  return element("usync", {}, [element("list", {}, users)]);
}

function describe(asked: string, account: Handset | undefined, wanted: Set<string>): BinaryNode[] {
  const parts: BinaryNode[] = [];
  if (wanted.has("contact")) parts.push(element("contact", { type: account ? "in" : "out" }));
  if (!account) return parts;
  if (wanted.has("devices"))
    parts.push(element("devices", {}, [element("device-list", {}, devices(account))]));
  // Asked by LID, the answer has no number, so that there is no mapping to report.
  if (wanted.has("lid") && asked !== account.lid) parts.push(element("lid", { val: account.lid }));
  return parts;
}

function devices(account: Handset): BinaryNode[] {
  const list = [element("device", { id: "0" })];
  if (account instanceof Phone && account.companion) {
    const { device, keyIndex } = account.companion;
    list.push(element("device", { id: device.toString(), "key-index": keyIndex.toString() }));
  }
  return list;
}

function privacy(): BinaryNode[] {
  return ["readreceipts", "last", "online", "profile", "status", "groupadd"].map((name) =>
    element("category", { name, value: "all" }),
  );
}

function collections(query: BinaryNode): BinaryNode[] {
  return children(child(query, "sync"), "collection").map(({ attrs: { name, version } }) =>
    element("collection", { name, version: version ?? "0" }),
  );
}
