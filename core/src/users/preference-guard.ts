import { User, ValidationError, type PluginHost, type Problem } from '@trellis-crm/sdk';
import { isLocale, isTimeZone } from '../settings/settings-checks.js';

/** Refuses a language or a time zone that nothing can be written in: every page of that user would fail. */
export function guardPreferences(host: PluginHost): void {
  for (const verb of ['create', 'update'] as const) {
    host.guard(User, verb, async (_ctx, { after }) => {
      const errors = [
        ...problem(after?.locale, isLocale, '/locale', 'unknown_locale'),
        ...problem(after?.timeZone, isTimeZone, '/timeZone', 'unknown_time_zone'),
      ];
      if (errors.length > 0) throw new ValidationError('not_valid', {}, { errors });
    });
  }
}

function problem(
  value: string | null | undefined,
  isKnown: (value: string) => boolean,
  pointer: string,
  code: string,
): readonly Problem[] {
  const isFine = value === null || value === undefined || isKnown(value);
  return isFine ? [] : [{ pointer, code, message: code.replaceAll('_', ' ') }];
}
