/**
 * A mark at the end of a customer's text, `#7`, by which an answer is known to be that message's: the AI of a load
 * repeats the marks of what it answers.
 */
export function marked(text: string, index: number): string {
  return `${text} #${index}`;
}

/** Indexes of the messages that a text names. */
export function marksIn(text: string): number[] {
  return [...text.matchAll(/#(\d+)\b/g)].map(([, index]) => Number(index));
}
