import { isLocale } from '../settings/settings-checks.js';

/** What a setup form begins with. */
export interface Guess {
  readonly locale: string;
  readonly timeZone: string;
  readonly currency: string;
}

/** Guesses from what the browser asks for and where the server stands; all of it can be changed in the form. */
export function guess(acceptLanguage: string, catalogueLocales: readonly string[]): Guess {
  const asked = acceptLanguage
    .split(',')
    .map((entry) => entry.split(';')[0]?.trim() ?? '')
    .filter((tag) => tag !== '' && isLocale(tag));
  const language = (tag: string): string => new Intl.Locale(tag).language;
  const locale = asked
    .map(
      (tag) =>
        catalogueLocales.find((known) => known === tag) ??
        catalogueLocales.find((known) => language(known) === language(tag)),
    )
    .find((known) => known !== undefined);
  const timeZone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  return { locale: locale ?? 'en', timeZone, currency: currencyOf(asked) };
}

function currencyOf(tags: readonly string[]): string {
  const regions = tags.map((tag) => new Intl.Locale(tag).maximize().region ?? '');
  return regions.map((region) => currencies[region] ?? (euro.has(region) ? 'EUR' : undefined)).find(Boolean) ?? 'USD';
}

const euro = new Set('AT BE BG CY DE EE ES FI FR GR HR IE IT LT LU LV MT NL PT SI SK'.split(' '));

const currencies: Readonly<Record<string, string>> = {
  US: 'USD',
  GB: 'GBP',
  CN: 'CNY',
  JP: 'JPY',
  CH: 'CHF',
  CA: 'CAD',
  AU: 'AUD',
  NZ: 'NZD',
  SE: 'SEK',
  NO: 'NOK',
  DK: 'DKK',
  PL: 'PLN',
  CZ: 'CZK',
  HU: 'HUF',
  RO: 'RON',
  TR: 'TRY',
  IN: 'INR',
  BR: 'BRL',
  MX: 'MXN',
  ZA: 'ZAR',
  KR: 'KRW',
  SG: 'SGD',
  HK: 'HKD',
  TW: 'TWD',
  IL: 'ILS',
  AE: 'AED',
  SA: 'SAR',
};
