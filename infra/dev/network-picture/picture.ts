import { isReference, type Text } from "../../aws/references.ts";
import type { FleetResource } from "../../hosts/ecs-fargate/graph.ts";
import type { Subnet } from "../../networks/aws-vpc/graph.ts";
import type { AwsVpcPlan } from "../../networks/aws-vpc/plan.ts";
import type { StoreResource } from "../../stores/elasticache/graph.ts";
import { arrow, box, drawing, label, words, type Box, type Point } from "./svg.ts";

/** What there is of a stack at AWS: all of it is drawn from these, so that a picture cannot be of something else. */
export interface Pictured {
  readonly network: AwsVpcPlan;
  readonly fleet: readonly FleetResource[];
  /** Nothing where the store is elsewhere. */
  readonly store: readonly StoreResource[];
}

const MARGIN = 20;
const ZONE_WIDTH = 300;
const GAP = 20;
const OUTSIDE_HEIGHT = 52;
const NETWORK_TOP = 132;
const SUBNET_TOP = 64;
const SUBNET_HEIGHT = 84;
const ROW = SUBNET_HEIGHT + 36;
const THING_HEIGHT = 34;
const LINE = 18;
const EVERYBODY = "0.0.0.0/0";

/** The network of a stack, as SVG. */
export function networkPicture(pictured: Pictured): string {
  const { network } = pictured;
  const zones = zonesOf(network);
  const rows = rowsOf(network);
  const inside = { width: zones.length * (ZONE_WIDTH + GAP) + GAP, height: SUBNET_TOP + rows.length * ROW };
  const size = { width: inside.width + 2 * MARGIN, height: NETWORK_TOP + inside.height + 5 * LINE + MARGIN };
  const facts = factsOf(pictured);
  const heading = `VPC ${cidrOf(network)} in ${network.region}`;
  const parts = [
    ...internet({ x: MARGIN, y: MARGIN, width: inside.width, height: OUTSIDE_HEIGHT }),
    box("network", { x: MARGIN, y: NETWORK_TOP, ...inside }),
    ...zones.flatMap((zone, index) => zoneParts(zone, index, rows, pictured)),
    ...arrows(pictured, zones, rows),
    label(heading, { x: MARGIN + GAP, y: NETWORK_TOP + 24 }, "network", "strong"),
    ...zones.flatMap((zone, index) => labels(zone, index, rows, network)),
    ...facts.map((fact, index) =>
      words(fact, { x: MARGIN, y: size.height - MARGIN - (facts.length - 1 - index) * LINE }),
    ),
  ];
  return drawing(size, { title: heading, description: facts.join(" ") }, parts);
}

/** What the arrows show, in words, from the rules that the plan has. */
export function factsOf({ network, fleet, store }: Pictured): readonly string[] {
  const rules = [...network.resources, ...fleet, ...store].filter(
    (node) => node.type === "vpc_security_group_ingress_rule",
  );
  const open = rules.filter(({ cidrIpv4 }) => cidrIpv4 === EVERYBODY).map(({ fromPort }) => fromPort);
  const toStore = rules.find(({ name }) => name === "store-from-tasks");
  return [
    open.length === 0
      ? "In from the internet: nothing."
      : `In from the internet: port${open.length === 1 ? "" : "s"} ${open.toSorted((a, b) => b - a).join(" and ")} of the load balancer, and nothing else.`,
    network.assignPublicIp
      ? "Out: each task by a public address of its own, which nothing is let in by."
      : `Out: tasks by ${network.resources.filter(({ type }) => type === "nat_gateway").length === 1 ? "the NAT gateway" : "the NAT gateway of their zone"}.`,
    toStore === undefined
      ? "The store is elsewhere, and reached over the internet."
      : `The store: port ${toStore.fromPort} from tasks of this stack; its subnets have no way out or in.`,
  ];
}

type Row = "public" | "private" | "store";

function rowsOf({ resources }: AwsVpcPlan): readonly Row[] {
  const names = resources.filter(({ type }) => type === "subnet").map(({ name }) => name);
  return (["public", "private", "store"] as const).filter((row) =>
    names.some((name) => name.startsWith(`network-${row}-`)),
  );
}

function zonesOf({ resources }: AwsVpcPlan): readonly string[] {
  return [...new Set(resources.flatMap((node) => (node.type === "subnet" ? [node.availabilityZone] : [])))];
}

function cidrOf({ resources }: AwsVpcPlan): string {
  return resources.flatMap((node) => (node.type === "vpc" ? [node.cidrBlock] : []))[0] ?? "";
}

function internet(place: Box): string[] {
  return [
    box("outside", place),
    words("Internet", { x: place.x + GAP, y: place.y + 22 }, { kind: "strong" }),
    words("WhatsApp, the AI, AWS’s own services, the image’s registry; whoever operates it", {
      x: place.x + GAP,
      y: place.y + 40,
    }),
  ];
}

function zoneBox(index: number, rows: readonly Row[]): Box {
  return {
    x: MARGIN + GAP + index * (ZONE_WIDTH + GAP),
    y: NETWORK_TOP + 38,
    width: ZONE_WIDTH,
    height: SUBNET_TOP - 38 + rows.length * ROW - GAP,
  };
}

function subnetBox(index: number, row: number): Box {
  const zone = zoneBox(index, []);
  return {
    x: zone.x + 10,
    y: NETWORK_TOP + SUBNET_TOP + 4 + row * ROW,
    width: ZONE_WIDTH - 20,
    height: SUBNET_HEIGHT,
  };
}

/** Left and right in a subnet, or all of it. */
function thingBox(index: number, row: number, side: "left" | "right" | "all"): Box {
  const { x, y, width } = subnetBox(index, row);
  const half = (width - 30) / 2;
  return {
    x: side === "right" ? x + 20 + half : x + 10,
    y: y + 36,
    width: side === "all" ? width - 20 : half,
    height: THING_HEIGHT,
  };
}

interface Thing {
  readonly text: string;
  readonly place: Box;
}

function zoneParts(zone: string, index: number, rows: readonly Row[], pictured: Pictured): string[] {
  const place = zoneBox(index, rows);
  const subnets = rows.flatMap((row, at) => {
    const subnet = subnetOf(pictured.network, row, zone);
    const around = subnetBox(index, at);
    if (subnet === undefined) return [];
    return [box("subnet", around), ...thingsIn(subnet, row, { index, at }, pictured).flatMap(thing)];
  });
  return [box("zone", place), ...subnets];
}

function labels(zone: string, index: number, rows: readonly Row[], network: AwsVpcPlan): string[] {
  const { x, y } = zoneBox(index, rows);
  return [
    label(`zone ${zone}`, { x: x + 10, y: y + 18 }, "network", "faint"),
    ...rows.map((row, at) => {
      const around = subnetBox(index, at);
      const cidr = subnetOf(network, row, zone)?.cidrBlock ?? "";
      return label(`${row} subnet ${cidr}`, { x: around.x + 10, y: around.y + 22 }, "subnet");
    }),
  ];
}

function thing({ text, place }: Thing): string[] {
  const middle = { x: place.x + place.width / 2, y: place.y + THING_HEIGHT / 2 + 4 };
  return [box("thing", place), words(text, middle, { anchor: "middle" })];
}

interface At {
  readonly index: number;
  readonly at: number;
}

function thingsIn(subnet: Subnet, row: Row, { index, at }: At, { network, fleet, store }: Pictured): Thing[] {
  switch (row) {
    case "public":
      return [
        ...(hasBalancer(fleet) ? [{ text: "load balancer", place: thingBox(index, at, "left") }] : []),
        ...(network.assignPublicIp ? [{ text: "tasks", place: thingBox(index, at, "right") }] : []),
        ...(hasNat(network, subnet) ? [{ text: "NAT gateway", place: thingBox(index, at, "right") }] : []),
      ];
    case "private":
      return [{ text: "tasks", place: thingBox(index, at, "all") }];
    case "store": {
      const nodes = nodesOf(store);
      if (index >= nodes) return [];
      const text = index === 0 ? "Valkey, leads" : "Valkey, a replica";
      return [{ text, place: thingBox(index, at, "all") }];
    }
  }
}

function arrows(pictured: Pictured, zones: readonly string[], rows: readonly Row[]): string[] {
  const { network, fleet, store } = pictured;
  const tasksRow = network.assignPublicIp ? 0 : 1;
  const storeRow = rows.indexOf("store");
  const outside = MARGIN + OUTSIDE_HEIGHT;
  const tasks = (index: number): Box => thingBox(index, tasksRow, network.assignPublicIp ? "right" : "all");
  const wayOut = (index: number): Box => thingBox(index, 0, "right");
  const balancer = (index: number): Box => thingBox(index, 0, "left");
  const natAt = zones.map((zone) => {
    const subnet = subnetOf(network, "public", zone);
    return subnet !== undefined && hasNat(network, subnet);
  });
  const parts: string[] = [];
  zones.forEach((_zone, index) => {
    const out = wayOut(index);
    if (network.assignPublicIp || natAt[index] === true)
      parts.push(arrow(topOf(out), { x: topOf(out).x, y: outside }));
    if (!network.assignPublicIp) {
      const through = natAt[index] === true ? index : natAt.indexOf(true);
      parts.push(arrow({ x: wayOut(index).x + out.width / 2, y: tasks(index).y }, bottomOf(wayOut(through))));
    }
    if (hasBalancer(fleet)) {
      const from = balancer(index);
      parts.push(arrow({ x: topOf(from).x, y: outside }, topOf(from)));
      parts.push(
        network.assignPublicIp
          ? arrow({ x: from.x + from.width, y: middleOf(from) }, { x: tasks(index).x, y: middleOf(from) })
          : arrow(bottomOf(from), { x: bottomOf(from).x, y: tasks(index).y }),
      );
    }
    const lead = thingBox(0, storeRow, "all");
    const width = lead.width / (zones.length + 1);
    if (nodesOf(store) > 0)
      parts.push(
        arrow(bottomOf(tasks(index)), {
          x: lead.x + lead.width - (zones.length - index) * (width / 2),
          y: lead.y,
        }),
      );
    if (index > 0 && index < nodesOf(store)) {
      const before = thingBox(index - 1, storeRow, "all");
      const replica = thingBox(index, storeRow, "all");
      parts.push(
        arrow(
          { x: before.x + before.width, y: middleOf(before) },
          { x: replica.x, y: middleOf(replica) },
          "copies",
        ),
      );
    }
  });
  return parts;
}

function topOf({ x, y, width }: Box): Point {
  return { x: x + width / 2, y };
}

function bottomOf({ x, y, width, height }: Box): Point {
  return { x: x + width / 2, y: y + height };
}

function middleOf({ y, height }: Box): number {
  return y + height / 2;
}

function subnetOf({ resources }: AwsVpcPlan, row: Row, zone: string): Subnet | undefined {
  return resources.find(
    (node): node is Subnet =>
      node.type === "subnet" && node.availabilityZone === zone && node.name.startsWith(`network-${row}-`),
  );
}

function hasBalancer(fleet: readonly FleetResource[]): boolean {
  return fleet.some(({ type }) => type === "lb");
}

function hasNat({ resources }: AwsVpcPlan, { name }: Subnet): boolean {
  return resources.some((node) => node.type === "nat_gateway" && isOf(node.subnetId, name));
}

function isOf(text: Text, name: string): boolean {
  return typeof text === "object" && isReference(text) && text.of === name;
}

function nodesOf(store: readonly StoreResource[]): number {
  const group = store.find((node) => node.type === "elasticache_replication_group");
  return group?.numCacheClusters ?? 0;
}
