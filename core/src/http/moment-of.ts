import { ValidationError } from '@trellis-crm/sdk';

/** Reads a `date-time`. The format lets leap seconds through, which no clock here has. @throws ValidationError `not_a_moment` */
export function momentOf(text: string, pointer: string): Date {
  const moment = new Date(text);
  if (!Number.isNaN(moment.getTime())) return moment;
  const message = 'is no moment';
  throw new ValidationError('not_valid', {}, { errors: [{ pointer, code: 'not_a_moment', message }] });
}
