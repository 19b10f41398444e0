import type { Money } from './identifiers.js';

/** Values as the actor reads them: in their locale and time zone. */
export interface Format {
  /** An amount with its currency; `compact` shortens (1.2M). Empty for null. */
  money(value: Money | null, options?: { readonly compact?: boolean }): string;
  number(value: number | string | null): string;
  /** 12.5 becomes 12.5 %. */
  percent(value: number | null): string;
  /** A day (`YYYY-MM-DD`) or the day of a moment; `compact` leaves out this year, and the day of other years. */
  date(value: string | null, options?: { readonly compact?: boolean }): string;
  /** A moment with its time. */
  dateTime(value: string | null): string;
}
