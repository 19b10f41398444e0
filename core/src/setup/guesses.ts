import { askedLanguages, preferredLanguage } from '../views/preferred-language.js';

/** What a setup form begins with. */
export interface Guess {
  readonly locale: string;
  readonly timeZone: string;
  readonly currency: string;
}

/** Guesses from what the browser asks for and where the server stands; all of it can be changed in the form. */
export function guess(acceptLanguage: string, catalogueLocales: readonly string[]): Guess {
  const timeZone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  const locale = preferredLanguage(acceptLanguage, catalogueLocales) ?? 'en';
  return { locale, timeZone, currency: currencyOf(askedLanguages(acceptLanguage)) };
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
