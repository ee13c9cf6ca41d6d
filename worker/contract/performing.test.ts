import { expect, test, vi } from "vitest";
import { CampaigningNumber, phoneOf } from "../campaigns/campaigns-fixture.ts";
import { useRecord } from "../conversation/record-fixture.ts";
import { webProcess } from "./calling-fixture.ts";
import { Performing, type OwnerRequest, type PerformingOptions } from "./performing.ts";

const deploy = useRecord();

test("a message that is called as a campaign is no part of it", async () => {
  const acme = await CampaigningNumber.of(deploy());
  const web = await webProcess(acme.number.deployment, ["acme"]);
  await acme.create(2, { id: "natal" });
  const message = {
    organization: "acme",
    id: "natal",
    to: { number: phoneOf(0) },
    text: "Seu pedido saiu",
    priority: "campaign" as const,
  };
  expect(await web.performing.perform("message.send", message)).toEqual({ id: "natal", outcome: "queued" });
  await acme.number.run();
  expect(acme.number.wire.map(({ text }) => text)).toContain("Seu pedido saiu");
  await acme.run();
  // Another message than the campaign's to the same person, and none of its counts.
  expect(acme.number.wire).toHaveLength(3);
  expect(new Set(acme.number.wire.map(({ id }) => id)).size).toBe(3);
  expect(await acme.progress()).toMatchObject({ state: "done", total: 2, sent: 2 });
  await web.close();
});

/** Performs with an owner that answers this. */
function performing(known: boolean, answer: Record<string, string>) {
  const ask = vi.fn<(request: OwnerRequest) => Promise<Record<string, string>>>(async () => answer);
  const organizations = {
    refresh: async () => {},
    find: () => (known ? ({} as never) : undefined),
  };
  return { ask, made: new Performing({ organizations, ask } as unknown as PerformingOptions) };
}

test("an erasure that was cut off is gone on with, though the organization is not known any more", async () => {
  const { ask, made } = performing(false, { entries: "12", loggedOut: "no" });
  expect(await made.perform("organization.erase", { organization: "ana" })).toEqual({
    entries: "12",
    loggedOut: "no",
    outcome: "erased",
  });
  expect(ask).toHaveBeenCalledExactlyOnceWith({ verb: "erase organization", organization: "ana" });
});

test("an organization that never was is told from one of which nothing was left", async () => {
  const nothing = { entries: "0", loggedOut: "no" };
  await expect(
    performing(false, nothing).made.perform("organization.erase", { organization: "anna" }),
  ).rejects.toThrow("organization anna: expected one that was added");
  expect(
    await performing(true, nothing).made.perform("organization.erase", { organization: "ana" }),
  ).toMatchObject({ outcome: "erased" });
});
