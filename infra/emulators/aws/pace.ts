/** How long AWS takes for what a rehearsal has no time for, in s; what a stack says itself is kept to. */
export interface Pace {
  /** Between two looks of the scheduler, and at a container that has not been healthy yet. */
  readonly look: number;
  /** The longest that a container is given before failed health checks count, and between two of them. */
  readonly patience: number;
}

export const USUAL_PACE: Pace = { look: 0.2, patience: 20 };
