import { getCountries } from 'libphonenumber-js/min';
import { entryPlaces, textOf, type FormData } from '../fields/form-reader.js';
import type { FormProblems } from '../form/form-problems.js';
import type { PageCall } from '../page-call.js';
import { languageOptions, timeZoneOptions, type Option } from './place-options.js';

/** Controls of the settings form in their groups, filled from what was stored or typed. */
export function settingsView(call: PageCall, form: FormData, problems: FormProblems): object {
  const draft: Draft = { call, form, problems };
  return {
    general: problems.general,
    company: [
      control(draft, 'companyName', { kind: 'text', isRequired: true, isWide: true }),
      control(draft, 'defaultCountry', { kind: 'select', options: countries(call), emptyLabel: '–' }),
      control(draft, 'publicUrl', { kind: 'text', type: 'url', placeholder: call.workspace.info().publicUrl }),
    ],
    region: [
      control(draft, 'locale', { kind: 'select', options: languageOptions(call) }),
      control(draft, 'timeZone', { kind: 'select', options: timeZoneOptions() }),
      control(draft, 'baseCurrency', { kind: 'select', options: currencies(call) }),
      control(draft, 'furtherCurrencies', { kind: 'text' }),
      control(draft, 'weekStart', {
        kind: 'select',
        options: ['monday', 'saturday', 'sunday'].map((day) => dayOption(call, day)),
      }),
      control(draft, 'fiscalYearStart', { kind: 'select', options: months(call) }),
    ],
    hours: entries(draft, 'businessHours', (prefix) => [
      control(draft, `${prefix}.day`, {
        kind: 'select',
        label: call.t('settings.day'),
        options: days.map((day) => dayOption(call, day)),
      }),
      control(draft, `${prefix}.from`, { kind: 'text', label: call.t('settings.from'), placeholder: '09:00' }),
      control(draft, `${prefix}.to`, { kind: 'text', label: call.t('settings.to'), placeholder: '17:00' }),
    ]),
    holidays: entries(draft, 'holidays', (prefix) => [
      control(draft, `${prefix}.date`, { kind: 'date', label: call.t('settings.date') }),
      control(draft, `${prefix}.name`, { kind: 'text', label: call.t('settings.holiday') }),
    ]),
  };
}

interface Draft {
  readonly call: PageCall;
  readonly form: FormData;
  readonly problems: FormProblems;
}

const days = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];

function control({ call: { t, request, env }, form, problems }: Draft, name: string, options: object): object {
  const hint = request.generation.views.hasText(env, 'core', `settings.hints.${name}`)
    ? t(`settings.hints.${name}`)
    : undefined;
  const error = problems.byControl.get(name);
  const label = 'label' in options ? options.label : t(`settings.fields.${name}`);
  return { ...options, name, label, value: textOf(form, name), hint, ...(error === undefined ? {} : { error }) };
}

function entries({ call, form, problems }: Draft, name: string, controlsOf: (prefix: string) => object[]): object {
  const rows = entryPlaces(form, name).map((place, index) => ({
    place,
    number: index + 1,
    controls: controlsOf(`${name}.${place}`),
  }));
  const error = problems.byControl.get(name);
  return {
    kind: 'entries',
    name,
    label: call.t(`settings.fields.${name}`),
    rows,
    isFull: false,
    ...(error === undefined ? {} : { error }),
  };
}

function dayOption({ env }: PageCall, day: string): Option {
  const date = new Date(Date.UTC(2024, 0, 1 + days.indexOf(day)));
  return { value: day, label: new Intl.DateTimeFormat(env.locale, { weekday: 'long', timeZone: 'UTC' }).format(date) };
}

function months({ env }: PageCall): Option[] {
  const format = new Intl.DateTimeFormat(env.locale, { month: 'long', timeZone: 'UTC' });
  return Array.from({ length: 12 }, (_, month) => ({
    value: String(month + 1),
    label: format.format(new Date(Date.UTC(2024, month, 1))),
  }));
}

function currencies({ env }: PageCall): Option[] {
  const names = new Intl.DisplayNames([env.locale], { type: 'currency' });
  return Intl.supportedValuesOf('currency').map((value) => ({ value, label: `${value} · ${names.of(value) ?? ''}` }));
}

function countries({ env }: PageCall): Option[] {
  const names = new Intl.DisplayNames([env.locale], { type: 'region' });
  const options = getCountries().map((value) => ({ value, label: names.of(value) ?? value }));
  return options.toSorted((left, right) => left.label.localeCompare(right.label, env.locale));
}
