import { ValidationError, type Problem } from '@trellis-crm/sdk';
import type { WorkspaceSettings } from './workspace-settings.js';

/** Refuses values that fit the schema and mean nothing: a zone, currency or language nobody has. @throws ValidationError */
export function checkSettings(settings: WorkspaceSettings): void {
  const errors = [
    ...unless(isTimeZone(settings.timeZone), '/timeZone', 'unknown_time_zone'),
    ...unless(isLocale(settings.locale), '/locale', 'unknown_locale'),
    ...unless(isCurrency(settings.baseCurrency), '/baseCurrency', 'unknown_currency'),
    ...settings.furtherCurrencies.flatMap((currency, place) =>
      unless(
        isCurrency(currency) && currency !== settings.baseCurrency,
        `/furtherCurrencies/${place}`,
        'unknown_currency',
      ),
    ),
    ...settings.businessHours.flatMap(({ from, to }, place) =>
      unless(from < to, `/businessHours/${place}/to`, 'ends_before_start'),
    ),
  ];
  if (errors.length > 0) throw new ValidationError('not_valid', {}, { errors });
}

/** Whether the runtime knows the zone. */
export function isTimeZone(name: string): boolean {
  return isAccepted(() => new Intl.DateTimeFormat('en', { timeZone: name }));
}

/** Whether the tag is well-formed and its language is one that dates and numbers can be written in. */
export function isLocale(tag: string): boolean {
  return isAccepted(() => {
    if (Intl.DateTimeFormat.supportedLocalesOf(tag).length === 0) throw new RangeError(tag);
  });
}

/** Whether the code names a currency that is in use. */
export function isCurrency(code: string): boolean {
  return Intl.supportedValuesOf('currency').includes(code);
}

function isAccepted(attempt: () => unknown): boolean {
  try {
    attempt();
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

function unless(isFine: boolean, pointer: string, code: string): Problem[] {
  return isFine ? [] : [{ pointer, code, message: code.replaceAll('_', ' ') }];
}
