/** The value below which a share of the numbers lies; they may be in any order. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** The middle of some numbers, in any order. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** For people: two digits behind the point. */
export function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
