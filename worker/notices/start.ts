import type { Owner } from "../owner.ts";
import type { Platform } from "../platform.ts";
import { NoticeDelivery } from "./delivery.ts";

/** Delivers what the numbers that this process owns have to tell. @param owner asked only once something is due */
export function createNoticeDelivery(platform: Platform, owner: () => Owner): NoticeDelivery {
  return new NoticeDelivery({
    ...platform,
    lease: (organization) => owner().lease(organization),
    connection: (organization) => owner().sessions.of(organization)?.connection,
    perform: (organization, work) => owner().perform(organization, "notices delivered", work),
    deliver: (conversation) => owner().deliver(conversation),
  });
}
