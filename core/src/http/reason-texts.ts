import { Type } from '@trellis-crm/sdk';
import type { Told } from './problem-texts.js';

/** How a file names what was left out, and says why. */
export interface ReasonTexts {
  /** Name of one of the columns that are not the file's own: `entity`, `record`, `field`, `code`, `reason`. */
  column(name: string): string;
  entity(id: string): string;
  field(entity: string, path: string): string;
  reason(problem: Told & { readonly message: string }): string;
}

/** As programs read it. */
export const plainReasons: ReasonTexts = {
  column: (name) => name,
  entity: (id) => id,
  field: (_, path) => path,
  reason: ({ message }) => message,
};

/** Query of a file that is told as pages tell it, in the language of whoever asks, with `labels=true`. */
export const AsShown = Type.Object({
  labels: Type.Optional(Type.Union([Type.Literal('true'), Type.Literal('false')])),
});
