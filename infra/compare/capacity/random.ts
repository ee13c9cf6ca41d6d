import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { RandomGenerator } from "pure-rand/types/RandomGenerator";

/** Draws that are the same for the same seed. Two of them with different names do not depend on each other. */
export class Draws {
  readonly #generator: RandomGenerator;
  #spareNormal: number | undefined;

  /** @param stream a number from 0 on: whoever draws more from one stream moves no other */
  constructor(seed: number, stream: number) {
    // Close seeds begin alike; the generator's own mixing needs a few steps to part them.
    this.#generator = xoroshiro128plus((seed ^ Math.imul(stream + 1, 0x9e3779b1)) | 0);
    for (let step = 0; step < 20; step++) this.#generator.next();
  }

  /** From 0 on, below 1. */
  uniform(): number {
    return uniformFloat64(this.#generator);
  }

  /** A whole number from 0 on, below `count`. */
  index(count: number): number {
    return Math.floor(this.uniform() * count);
  }

  exponential(mean: number): number {
    return -mean * Math.log1p(-this.uniform());
  }

  /** By Marsaglia's polar method, which makes two at a time. */
  normal(): number {
    const spare = this.#spareNormal;
    if (spare !== undefined) {
      this.#spareNormal = undefined;
      return spare;
    }
    for (;;) {
      const x = 2 * this.uniform() - 1;
      const y = 2 * this.uniform() - 1;
      const square = x * x + y * y;
      if (square >= 1 || square === 0) continue;
      const scale = Math.sqrt((-2 * Math.log(square)) / square);
      this.#spareNormal = y * scale;
      return x * scale;
    }
  }
}
