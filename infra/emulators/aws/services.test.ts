import { expect, test } from "vitest";
import type { Container } from "../containers.ts";
import { SERVICE, useAws } from "./aws-fixture.ts";

const aws = useAws();

async function answerOf(container: Container | undefined): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${container?.port}/`, { headers: { connection: "close" } });
  return await response.text();
}

async function printedBy(container: Container | undefined): Promise<string> {
  return ((await container?.printed()) ?? []).join("\n");
}

test("a service runs its tasks with environment and secrets, and is steady when they are healthy", async () => {
  const around = await aws().surroundings();
  const definition = await aws().taskDefinition(around, await aws().image("1"));
  await aws().service(around, definition, { desiredCount: 2 });
  const { running } = aws().containers;
  expect(running).toHaveLength(2);
  expect(await answerOf(running[0])).toBe("of 1, hello");
});

test("another revision takes over without a gap, and the one before drains", async () => {
  const around = await aws().surroundings();
  const service = await aws().service(around, await aws().taskDefinition(around, await aws().image("1")));
  const [before] = aws().containers.running;
  const next = await aws().taskDefinition(around, await aws().image("2"));
  expect(next.id).toBe("main-all:2");
  const changed = await aws().change(service, { taskDefinition: next.state["arn"] });
  const [after, ...others] = aws().containers.running;
  expect(others).toEqual([]);
  expect(await answerOf(after)).toBe("of 2, hello");
  expect(await printedBy(before)).toMatch(/serving 1[^]*draining 1/);
  await aws().remove(changed);
  expect(await printedBy(after)).toContain("draining 2");
  expect(aws().containers.running).toEqual([]);
});

test("a release that never is healthy is rolled back, and the update fails in ECS's words", async () => {
  const around = await aws().surroundings();
  const service = await aws().service(around, await aws().taskDefinition(around, await aws().image("1")));
  const [before] = aws().containers.running;
  const bad = await aws().taskDefinition(around, await aws().image("3", { start: "process.exit(7);" }));
  const engine = await aws().engine(SERVICE);
  const inputs = { ...service.inputs, taskDefinition: bad.state["arn"] };
  await expect(engine.update(service.id, service.inputs, service.state, inputs)).rejects.toThrow(
    /waiting for ECS Service \(arn:aws:ecs:sa-east-1:123456789012:service\/main\/main-all\) update: ECS deployment circuit breaker: tasks failed to start/,
  );
  expect(aws().containers.running).toEqual([before]);
  expect(await answerOf(before)).toBe("of 1, hello");
  const { inputs: now } = await aws().read({ ...service, inputs });
  expect(now["taskDefinition"]).toBe(service.inputs["taskDefinition"]);
});
