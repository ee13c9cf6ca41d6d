import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evenly } from "../evenly-fixture.ts";
import { CRITERION_IDS, type CriterionId } from "./criterion-ids.ts";
import { CRITERIA } from "./criteria.ts";
import { matrixOf, type Scores } from "./matrix.ts";
import type { Score } from "./score.ts";
import { EQUAL_WEIGHTS, parseWeights, WeightsRefused, type Weights } from "./weights.ts";

describe("the matrix", () => {
  it("puts the better total first, and those with the same one in the same place", () => {
    const { rows } = matrixOf([all("c", 5), all("a", 8), all("b", 8)], EQUAL_WEIGHTS);
    expect(rows.map(({ target, place }) => [target, place])).toEqual([
      ["a", { low: 1, high: 1 }],
      ["b", { low: 1, high: 1 }],
      ["c", { low: 3, high: 3 }],
    ]);
  });

  it("gives a range of totals and places where something is unknown, and says what", () => {
    const { rows } = matrixOf([all("a", 6), all("b", 7, { reliability: unknown })], EQUAL_WEIGHTS);
    const b = rows.find(({ target }) => target === "b");
    expect(b?.unknown).toEqual(["reliability"]);
    expect(b?.total).toEqual({ low: (7 * 12) / 13, high: (7 * 12 + 10) / 13 });
    expect(b?.place).toEqual({ low: 1, high: 1 });
    const close = matrixOf([all("a", 6), all("b", 6, { reliability: unknown })], EQUAL_WEIGHTS);
    expect(close.rows.map(({ place }) => place)).toEqual([
      { low: 1, high: 2 },
      { low: 1, high: 2 },
    ]);
  });

  it("ignores what is unknown and does not count", () => {
    const { rows } = matrixOf([all("a", 6), all("b", 7, { latency: unknown })], parseWeights("latency=0"));
    expect(rows[0]).toMatchObject({ target: "b", unknown: [], place: { low: 1, high: 1 } });
  });

  it("leaves everybody's place as it is, whatever the AI costs", () => {
    const { rows } = matrixOf(
      [all("a", 6, { ai: unknown }), all("b", 6.1, { ai: unknown })],
      parseWeights("ai=1000"),
    );
    expect(rows.map(({ target, place }) => [target, place.low, place.high])).toEqual([
      ["b", 1, 1],
      ["a", 2, 2],
    ]);
  });

  it("ranks the same in whatever order they are given", () => {
    fc.assert(
      fc.property(targets(), weights(), fc.nat(), (given, counted, turn) => {
        const shift = given.length === 0 ? 0 : turn % given.length;
        const turned = [...given.slice(shift), ...given.slice(0, shift)].toReversed();
        expect(matrixOf(turned, counted)).toEqual(matrixOf(given, counted));
      }),
    );
  });

  it("ranks the same with every weight doubled", () => {
    fc.assert(
      fc.property(targets(), weights(), (given, counted) => {
        const doubled = Object.fromEntries(CRITERION_IDS.map((id) => [id, counted[id] * 2])) as Weights;
        expect(matrixOf(given, doubled).rows).toEqual(matrixOf(given, counted).rows);
      }),
    );
  });

  it("has a place for every way the unknown may turn out", () => {
    fc.assert(
      fc.property(targets(), weights(), evenly(0, 1), (given, counted, share) => {
        const { rows } = matrixOf(given, counted);
        const known = matrixOf(
          given.map(({ target, scores }, index) => ({
            target,
            scores: mapScores(scores, ({ points: { low, high } }) =>
              exact(low + (high - low) * (index % 2 === 0 ? share : 1 - share)),
            ),
          })),
          counted,
        ).rows;
        for (const { target, place } of known) {
          const possible = rows.find((row) => row.target === target)?.place;
          expect(possible?.low).toBeLessThanOrEqual(place.low);
          expect(possible?.high).toBeGreaterThanOrEqual(place.high);
        }
      }),
    );
  });
});

describe("weights", () => {
  it("count 1 unless they are said", () => {
    expect(parseWeights("cost=3, latency=0")).toEqual({ ...EQUAL_WEIGHTS, cost: 3, latency: 0 });
  });

  it.each([
    ["costs=3", '"costs"; the nearest is cost'],
    ["cost", 'a number from 0 to 1000 for cost, got ""'],
    ["cost=-1", 'got "-1"'],
    ["cost=1e9", 'got "1e9"'],
    ["cost=NaN", 'got "NaN"'],
    ["cost=1=2", 'got "cost=1=2"'],
    ["cost=1,cost=2", 'expected cost once, got "cost=2" too'],
    [CRITERION_IDS.map((id) => `${id}=0`).join(","), "a criterion that counts, got 0 for all of them"],
  ])("are refused as %s", (text, message) => {
    expect(() => parseWeights(text)).toThrow(WeightsRefused);
    expect(() => parseWeights(text)).toThrow(message);
  });

  it("name every criterion there is", () => {
    expect(Object.keys(CRITERIA)).toEqual(CRITERION_IDS);
  });
});

const unknown: Score = {
  points: { low: 0, high: 10 },
  basis: "unknown",
  value: "unknown",
  because: "nobody measured it",
  sources: [],
};

function exact(points: number): Score {
  return { ...unknown, basis: "computed", points: { low: points, high: points } };
}

function open(low: number, high: number): Score {
  return { ...unknown, basis: low === high ? "computed" : "unknown", points: { low, high } };
}

function all(target: string, points: number, others: Partial<Record<CriterionId, Score>> = {}) {
  const scores = Object.fromEntries(CRITERION_IDS.map((id) => [id, others[id] ?? exact(points)]));
  return { target, scores: scores as Scores };
}

function mapScores(scores: Scores, to: (score: Score) => Score): Scores {
  return Object.fromEntries(CRITERION_IDS.map((id) => [id, to(scores[id])])) as Scores;
}

function targets() {
  const points = fc
    .tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 20 }))
    .map(([one, other]) => open(Math.min(one, other) / 2, Math.max(one, other) / 2));
  const score = fc.oneof(fc.integer({ min: 0, max: 10 }).map(exact), points);
  const scores = fc.record(
    Object.fromEntries(CRITERION_IDS.map((id) => [id, score])),
  ) as fc.Arbitrary<Scores>;
  return fc.uniqueArray(fc.record({ target: fc.stringMatching(/^[a-z]{1,3}$/), scores }), {
    selector: ({ target }) => target,
    maxLength: 6,
  });
}

function weights(): fc.Arbitrary<Weights> {
  const weight = fc.oneof(fc.constant(0), evenly(0.1, 100));
  return fc.record({
    ...Object.fromEntries(CRITERION_IDS.map((id) => [id, weight])),
    cost: evenly(0.1, 100),
  }) as unknown as fc.Arbitrary<Weights>;
}
