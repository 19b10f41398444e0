import { ownNameOf } from '../../views/language-name.js';
import type { PageCall } from '../page-call.js';

/** A choice of a select. */
export interface Option {
  readonly value: string;
  readonly label: string;
}

/** Languages by their own names: those there are texts in first, then those that dates and numbers can be written in. */
export function languageOptions({ request }: PageCall): readonly Option[] {
  const { languages } = request.generation.views;
  const further = formatLanguages.filter((tag) => !languages.includes(tag));
  return [...languages, ...further].map((value) => ({ value, label: ownNameOf(value) }));
}

/** All zones the runtime knows. */
export function timeZoneOptions(): readonly Option[] {
  return ['UTC', ...Intl.supportedValuesOf('timeZone')].map((value) => ({ value, label: value.replaceAll('_', ' ') }));
}

const formatLanguages = ['en-GB', 'de', 'fr', 'es', 'it', 'nl', 'pt', 'pl', 'sv', 'da', 'fi', 'cs', 'ja'];
