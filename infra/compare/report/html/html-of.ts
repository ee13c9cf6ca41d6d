import type { ExchangeRate } from "../../amount.ts";
import type { Document } from "../document.ts";
import { Numbers } from "../numbers.ts";
import { Words, type Language } from "../words.ts";
import { drawer } from "./draw.ts";
import { pageOf } from "./page.ts";

/** A report as one self-contained page. @param exchange that its amounts were converted by */
export function htmlOf(document: Document, exchange: ExchangeRate | undefined): string {
  const words = new Words(document.language as Language);
  const numbers = new Numbers(words, exchange);
  const draw = drawer((value, unit) =>
    unit === "hour"
      ? `${value} h`
      : unit === "seconds"
        ? `${numbers.count(value, 1)} s`
        : numbers.compact(value),
  );
  return pageOf(
    document,
    { contents: words.text("page.contents"), scrolls: words.text("page.scrolls") },
    draw,
  );
}
