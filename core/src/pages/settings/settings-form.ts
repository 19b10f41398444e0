import type { WorkspaceSettings } from '../../settings/index.js';
import { entryPlaces, textOf, type FormData } from '../fields/form-reader.js';

/** Stored settings as the controls of their form hold them. */
export function settingsForm(settings: WorkspaceSettings): FormData {
  const { businessHours, holidays, furtherCurrencies, fiscalYearStart, publicUrl, defaultCountry, ...texts } = settings;
  return {
    ...texts,
    furtherCurrencies: furtherCurrencies.join(', '),
    fiscalYearStart: String(fiscalYearStart),
    publicUrl: publicUrl ?? '',
    defaultCountry: defaultCountry ?? '',
    ...entryControls('businessHours', businessHours),
    ...entryControls('holidays', holidays),
  };
}

/** What the form says, in the types of the settings; the API checks it. */
export function readSettingsForm(form: FormData): Readonly<Record<string, unknown>> {
  const optional = (name: string): string | null => textOf(form, name) || null;
  const currencies = textOf(form, 'furtherCurrencies')
    .toUpperCase()
    .split(/[\s,;]+/);
  return {
    ...Object.fromEntries(plainNames.map((name) => [name, textOf(form, name)])),
    fiscalYearStart: Number(textOf(form, 'fiscalYearStart')),
    furtherCurrencies: [...new Set(currencies.filter((currency) => currency !== ''))],
    publicUrl: optional('publicUrl'),
    defaultCountry: optional('defaultCountry'),
    businessHours: readEntries(form, 'businessHours', ['day', 'from', 'to'], ['from', 'to']),
    holidays: readEntries(form, 'holidays', ['date', 'name'], ['date', 'name']),
  };
}

const plainNames = ['companyName', 'baseCurrency', 'timeZone', 'locale', 'weekStart'] as const;

function entryControls(name: string, entries: readonly Readonly<Record<string, string>>[]): FormData {
  return Object.fromEntries(
    entries.flatMap((entry, place) =>
      Object.entries(entry).map(([item, value]) => [`${name}.${place}.${item}`, value]),
    ),
  );
}

/** Rows in which none of `telling` is filled do not count. */
function readEntries(form: FormData, name: string, items: readonly string[], telling: readonly string[]): object[] {
  const rows = entryPlaces(form, name).map((place) =>
    items.map((item) => [item, textOf(form, `${name}.${place}.${item}`)] as const),
  );
  return rows
    .filter((row) => row.some(([item, text]) => telling.includes(item) && text !== ''))
    .map((row) => Object.fromEntries(row));
}
