import type { HelperDelegate, HelperOptions } from 'handlebars';

import { plainText } from './plain-text.js';
import { escapeHtml, SafeHtml } from './safe-html.js';

/** What every control of a form is given; `name` is the field's name in the request. */
interface ControlContext {
  readonly name: string;
  readonly id?: string;
  readonly hint?: string;
  readonly error?: string;
  readonly isRequired?: boolean;
  readonly isDisabled?: boolean;
  readonly isReadOnly?: boolean;
  readonly placeholder?: string;
  readonly autocomplete?: string;
  readonly currency?: string;
  readonly currencies?: readonly string[];
}

/** Helpers that only the kit's form partials use: ids, the attributes that tie a control to its hint and error, and what is chosen. */
export const controlHelpers: Readonly<Record<string, HelperDelegate>> = {
  'control-id': (control: ControlContext) => controlId(control),
  'described-by': (control: ControlContext) => describedBy(control),
  'control-attrs': (control: ControlContext, options: HelperOptions) =>
    controlAttributes(control, (options.hash['suffix'] as string | undefined) ?? ''),
  'is-chosen': (option: unknown, value: unknown) =>
    (Array.isArray(value) ? value : [value]).map(plainText).includes(plainText(option)),
  'currencies-of': (control: ControlContext, options: HelperOptions) => {
    const own = control.currency ?? (options.data as { env: { currency: string } }).env.currency;
    return [...new Set([own, ...(control.currencies ?? [])])];
  },
};

function controlId(control: ControlContext): string {
  return control.id ?? `field-${control.name}`;
}

function describedBy(control: ControlContext): string {
  const id = controlId(control);
  return [control.hint ? `${id}-hint` : '', control.error ? `${id}-error` : ''].filter(Boolean).join(' ');
}

function controlAttributes(control: ControlContext, suffix: string): SafeHtml {
  const attributes: readonly (readonly [string, string | boolean | undefined])[] = [
    ['id', controlId(control)],
    ['name', control.name + suffix],
    ['placeholder', control.placeholder],
    ['autocomplete', control.autocomplete],
    ['required', control.isRequired],
    ['disabled', control.isDisabled],
    ['readonly', control.isReadOnly],
    ['aria-invalid', control.error ? 'true' : undefined],
    ['aria-describedby', describedBy(control) || undefined],
  ];
  return SafeHtml.trust(attributes.map(([name, value]) => writeAttribute(name, value)).join(''));
}

function writeAttribute(name: string, value: string | boolean | undefined): string {
  if (value === undefined || value === false) return '';
  return value === true ? ` ${name}` : ` ${name}="${escapeHtml(value)}"`;
}
