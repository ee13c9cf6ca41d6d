/** First in, first out. */
export class Line {
  #items: number[] = [];
  #from = 0;

  push(item: number): void {
    this.#items.push(item);
  }

  shift(): number | undefined {
    const item = this.#items[this.#from];
    if (item === undefined) return undefined;
    // An array that gives up its first item each time moves all others.
    if (++this.#from > 1_000 && this.#from * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#from);
      this.#from = 0;
    }
    return item;
  }
}
