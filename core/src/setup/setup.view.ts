import type { Problem } from '@trellis-crm/sdk';
import { minPasswordLength } from '../auth/password-rules.js';
import { ownNameOf } from '../views/language-name.js';
import type { SetupModule } from './setup-hooks.js';

/** Values of the form as sent or guessed. */
export interface SetupForm {
  readonly code: string;
  readonly companyName: string;
  readonly name: string;
  readonly email: string;
  readonly password: string;
  readonly locale: string;
  readonly timeZone: string;
  readonly currency: string;
  /** `yes` or `no`. */
  readonly demo?: string;
  readonly modules?: readonly string[];
}

/** Context of `auth/setup`. */
export interface SetupView extends SetupForm {
  readonly demo: string;
  readonly modules: readonly string[];
  readonly minLength: number;
  readonly errors: readonly { readonly name: string; readonly message: string }[];
  /** Text by field, empty for those without a problem. */
  readonly error: Readonly<Record<string, string>>;
  readonly locales: readonly Option[];
  readonly timeZones: readonly Option[];
  readonly currencies: readonly Option[];
  readonly demoOptions: readonly Option[];
  readonly moduleOptions: readonly (Option & { readonly hint: string })[];
}

interface Option {
  readonly value: string;
  readonly label: string;
}

/** What the view is made from. */
export interface SetupViewParts {
  readonly form: SetupForm;
  readonly modules: readonly SetupModule[];
  readonly problems: readonly Problem[];
  /** BCP 47 tags there are texts in. */
  readonly languages: readonly string[];
  /** Language of the page. */
  readonly locale: string;
  t(key: string, values?: Readonly<Record<string, unknown>>): string;
}

/** The form with its lists and what is wrong with it. A password is not sent back. */
export function setupView({ form, modules, problems, languages, locale, t }: SetupViewParts): SetupView {
  const errors = problems.map(({ pointer, code }) => ({ name: fieldOf(pointer), message: messageOf(code, t) }));
  return {
    ...form,
    password: '',
    demo: form.demo ?? 'no',
    modules: form.modules ?? [],
    minLength: minPasswordLength,
    errors,
    error: { ...noErrors, ...Object.fromEntries(errors.map(({ name, message }) => [name, message])) },
    locales: languages.map((value) => ({ value, label: ownNameOf(value) })),
    timeZones: Intl.supportedValuesOf('timeZone')
      .concat('UTC')
      .map((zone) => ({ value: zone, label: zone.replaceAll('_', ' ') })),
    currencies: Intl.supportedValuesOf('currency').map((code) => ({
      value: code,
      label: `${code} · ${currencyName(code, locale)}`,
    })),
    demoOptions: ['no', 'yes'].map((value) => ({ value, label: t(`setup.demo.${value}`) })),
    moduleOptions: modules.map(({ id, title, summary }) => ({ value: id, label: title, hint: summary })),
  };
}

const noErrors: Readonly<Record<string, string>> = Object.fromEntries(
  ['code', 'companyName', 'name', 'email', 'password', 'locale', 'timeZone', 'currency'].map((name) => [name, '']),
);

/** The service speaks of settings, the form of its fields. */
function fieldOf(pointer: string): string {
  const name = pointer.slice(1);
  return name === 'baseCurrency' ? 'currency' : name;
}

function messageOf(code: string, t: SetupViewParts['t']): string {
  if (code.startsWith('password_')) return t(`auth.passwordProblem.${code}`, { count: minPasswordLength });
  return t(`setup.problem.${known.has(code) ? code : 'other'}`);
}

const known: ReadonlySet<string> = new Set([
  'required',
  'too_short',
  'too_long',
  'wrong_code',
  'too_many_attempts',
  'wrong_format',
  'unknown_time_zone',
  'unknown_locale',
  'unknown_currency',
]);

function currencyName(code: string, locale: string): string {
  return new Intl.DisplayNames(locale, { type: 'currency' }).of(code) ?? code;
}
