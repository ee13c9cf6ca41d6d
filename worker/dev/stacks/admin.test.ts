import { readFile } from "node:fs/promises";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { leaveBehind } from "../whatsapp/left-behind.ts";
import { resultOf } from "./conversation-fixture.ts";
import { engine } from "./engine-fixture.ts";
import { Rehearsal } from "./rehearsal-fixture.ts";
import { targets } from "./targets-fixture.ts";

describe.skipIf(engine === undefined)("a store that only its host reaches (needs the Pulumi engine)", () => {
  test("is operated through the admin API: numbers are linked, brought along, and measured in an update", async () => {
    // The library's libsignal prints its sessions.
    for (const sink of ["info", "warn", "error"] as const) vi.spyOn(console, sink).mockReturnValue();
    onTestFinished(() => void vi.restoreAllMocks());
    const rehearsal = await Rehearsal.prepare();
    const { project, whatsapp } = rehearsal;
    await rehearsal.configure(targets["render, private"]);
    const up = await project.oxy(["up", "--yes"]);
    expect(up).toMatchObject({ code: 0, stderr: "" });
    expect(up.stdout).toContain("made OXY_ADMIN_TOKEN, kept encrypted in ");
    expect(up.stdout).toMatch(/main-ready +FleetReady +created/);
    expect(await readFile(project.stackFile, "utf8")).toMatch(/OXY_ADMIN_TOKEN:\s+secure: /);

    await project.must(["org", "add", "ana"]);
    const phone = whatsapp.phone();
    const scans: Promise<void>[] = [];
    await project.must(["pair", "ana"], undefined, {
      onAnswer: ({ kind, qr }) => {
        if (kind === "qr") scans.push(phone.scan(String(qr)));
      },
    });
    await Promise.all(scans);
    await phone.waitFor(() => phone.online);

    const left = await leaveBehind(whatsapp);
    onTestFinished(() => left.remove());
    await project.must(["org", "add", "bia"]);
    const imported = ["sessions", "import", left.folder, "--organization", "bia", "--old-process-is-stopped"];
    expect(await project.must(imported)).toMatchObject([{ kind: "done" }]);
    await left.phone.waitFor(() => left.phone.connections === 1);
    expect(resultOf(await project.must(["status"]))["sessions"]).toMatchObject({
      ana: { state: "open", place: "render/oregon" },
      bia: { state: "open", place: "render/oregon" },
    });

    await rehearsal.configure(targets["render, private"], { OXY_LOG_LEVEL: "debug" });
    const updated = await rehearsal.up();
    expect(updated["gap"]).toMatchObject({ organization: expect.stringMatching(/^(ana|bia)$/) });
    expect((updated["gap"] as { ms: number }).ms).toBeGreaterThan(0);
    expect(updated).not.toHaveProperty("away");
    for (const number of [phone, left.phone]) {
      expect(number.connections).toBe(1);
      expect(number.maxConnections).toBe(1);
      expect(number.conflicts).toBe(0);
    }
    expect(Object.keys((await rehearsal.up())["changes"] as object)).toEqual(["same"]);
  }, 300_000);
});
