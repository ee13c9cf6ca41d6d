const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const digits = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });
const million = new Intl.NumberFormat("en", { maximumFractionDigits: 2 });
const dollars = new Intl.NumberFormat("en", { style: "currency", currency: "USD" });

/** Of things that are counted: `3.42 million`, `17,200`, `6.5`. */
export function count(value: number): string {
  if (value >= 1e6) return `${million.format(value / 1e6)} million`;
  return value >= 1_000 ? whole.format(value) : digits.format(value);
}

export function counted(value: number, one: string, several = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : several}`;
}

/** `from` alone where both are written alike. */
export function between(from: number, to: number, written: (value: number) => string = count): string {
  return written(from) === written(to) ? written(from) : `${written(from)} to ${written(to)}`;
}

export function usd(value: number): string {
  return dollars.format(value);
}

export function seconds(value: number): string {
  if (value < 120) return `${digits.format(value)} s`;
  if (value < 7_200) return `${whole.format(value / 60)} min`;
  return value < 172_800 ? `${whole.format(value / 3_600)} h` : `${whole.format(value / 86_400)} days`;
}

export function megabytes(bytes: number): string {
  return bytes < 1e6 ? `${digits.format(bytes / 1e3)} kB` : `${digits.format(bytes / 1e6)} MB`;
}

export function percent(share: number): string {
  return `${digits.format(share * 100)}%`;
}
