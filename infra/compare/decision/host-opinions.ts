/** What cannot be computed of a host and is judged, each with its reason. Replace it by hours that you counted. */
export interface HostOpinions {
  readonly maintenance: Opinion;
  readonly learning: Opinion;
}

interface Opinion {
  /** From 0 to 10. */
  readonly points: number;
  readonly word: string;
  /** In a sentence. */
  readonly because: string;
}

/** By name of the host. One that is not here is unknown, not bad. */
export const HOST_OPINIONS: Readonly<Record<string, HostOpinions>> = {
  render: {
    maintenance: {
      points: 8,
      word: "low",
      because:
        "machines, certificates and addresses are Render's; plan ids and the workspace's fee changed under its users twice in 2026",
    },
    learning: {
      points: 9,
      word: "easy",
      because: "a service is a type, a size and an image, and one page of settings shows it all",
    },
  },
  railway: {
    maintenance: {
      points: 7,
      word: "low to medium",
      because:
        "Railway moves and redeploys services by itself, and its Redis is a service with a volume that nobody else looks after",
    },
    learning: {
      points: 9,
      word: "easy",
      because:
        "a worker is a service without a domain; what has to be known is that its drain time is 0 unless set",
    },
  },
  fly: {
    maintenance: {
      points: 6,
      word: "medium",
      because:
        "a machine is on one server and is not moved when that one fails, checks restart nothing, and regions were withdrawn in 2025",
    },
    learning: {
      points: 6,
      word: "medium",
      because:
        "machines, apps, process groups and a proxy are ideas of its own, and its pages disagree on the stop signal",
    },
  },
  "ecs-fargate": {
    maintenance: {
      points: 2,
      word: "high",
      because:
        "a VPC, roles, alarms, a load balancer and a cache with versions that go out of support are the owner's; the analysis expects 10 to 20 hours a month",
    },
    learning: {
      points: 2,
      word: "hard",
      because:
        "some forty kinds of resources take part, and a wrong rule in any of them is silence, not a message",
    },
  },
  local: {
    maintenance: {
      points: 3,
      word: "high",
      because: "power, disk, network, updates and the start after a reboot are the owner's",
    },
    learning: { points: 9, word: "easy", because: "it is processes and a Redis on this machine" },
  },
};
