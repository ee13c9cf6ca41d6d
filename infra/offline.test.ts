import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { toyApi } from "./emulators/toy-fixture.ts";
import { homeDirectory, projectHome } from "./home.ts";
import { exportsFor, offlineEnvironment } from "./offline.ts";

const emulators = {
  pid: 2,
  startToken: "",
  desk: "http://127.0.0.1:1",
  apis: {},
  environment: { TOY_URL: "http://127.0.0.1:2", TOY_TOKEN: "token-of-the-toy" },
};
const moon = { ...toyApi, title: "Moon", urlVariable: "MOON_URL", variables: ["MOON_ID", "MOON_KEY"] };

test("an API that is emulated is called there, any other one nowhere and with nobody's credentials", () => {
  expect(offlineEnvironment([toyApi, moon], emulators)).toEqual({
    ...emulators.environment,
    MOON_URL: "http://no-emulator-runs.invalid",
    MOON_ID: "offline",
    MOON_KEY: "offline",
    OXY_OFFLINE: "1",
  });
  expect(offlineEnvironment([toyApi], undefined)).toEqual({
    TOY_URL: "http://no-emulator-runs.invalid",
    TOY_TOKEN: "offline",
    OXY_OFFLINE: "1",
  });
});

test("what a rehearsal makes is apart from what is real", () => {
  const environment = { OXY_HOME: "/srv/oxy", OXY_OFFLINE: "1" };
  expect(homeDirectory(environment)).toBe("/srv/oxy/offline");
  expect(projectHome(environment)).toBe("/srv/oxy");
  expect(homeDirectory({ ...environment, OXY_OFFLINE: "" })).toBe("/srv/oxy");
});

test("a shell takes the environment as it is meant", () => {
  const lines = exportsFor("/it's $HOME", { TOY_TOKEN: "a 'b' \"$(c)\"" });
  const print = `${lines}printf '%s|' "$TOY_TOKEN" "$OXY_HOME" "$OXY_OFFLINE" "$PULUMI_BACKEND_URL"`;
  expect(execFileSync("sh", ["-c", print], { encoding: "utf8", env: {} })).toBe(
    "a 'b' \"$(c)\"|/it's $HOME|1|file:///it's%20$HOME/offline/state?create_dir=true&metadata=skip|",
  );
});
