/** A part of a function over which it is a straight line, ends included. */
export interface Piece {
  readonly from: number;
  readonly to: number;
  readonly atFrom: number;
  readonly atTo: number;
}

/**
 * The straight parts of a function of whole numbers that consists of such parts, such as a bill: found by halving what
 * is not straight, to the very number where a part ends.
 * @param starts where to look from: at least two, rising; what is between two of them is straight if it is so at five
 * places, which no bill was seen to be by chance
 */
export function piecesOf(of: (at: number) => number, starts: readonly number[]): readonly Piece[] {
  const pieces: Piece[] = [];
  for (const [index, from] of starts.slice(0, -1).entries()) {
    const to = starts[index + 1] ?? from;
    halve({ from, to, atFrom: of(from), atTo: of(to) }, of, pieces);
  }
  return pieces;
}

/** The same, with a function value at any place of it. */
export function valueIn({ from, to, atFrom, atTo }: Piece, at: number): number {
  return to === from ? atFrom : atFrom + ((atTo - atFrom) * (at - from)) / (to - from);
}

/** At no regular distance, so that steps of equal width do not look straight. */
const PROBES = [0.5, 0.236, 0.764, 0.0557, 0.9443];
const SAME = 1e-9;

function halve(piece: Piece, of: (at: number) => number, found: Piece[]): void {
  const { from, to, atFrom, atTo } = piece;
  if (to - from <= 1 || PROBES.every((share) => isOn(piece, of, Math.round(from + share * (to - from))))) {
    join(found, piece);
    return;
  }
  const middle = Math.floor((from + to) / 2);
  const atMiddle = of(middle);
  halve({ from, to: middle, atFrom, atTo: atMiddle }, of, found);
  halve({ from: middle, to, atFrom: atMiddle, atTo }, of, found);
}

function isOn(piece: Piece, of: (at: number) => number, at: number): boolean {
  return isSame(valueIn(piece, at), of(at));
}

function isSame(one: number, other: number): boolean {
  return Math.abs(one - other) <= SAME * Math.max(1, Math.abs(one), Math.abs(other));
}

/** What goes on straight from the part before belongs to it. */
function join(found: Piece[], piece: Piece): void {
  const before = found.at(-1);
  const whole = before && { ...before, to: piece.to, atTo: piece.atTo };
  const goesOn =
    whole !== undefined && before?.to === piece.from && isSame(valueIn(whole, piece.from), piece.atFrom);
  if (goesOn) found[found.length - 1] = whole;
  else found.push(piece);
}
