import { honeypot } from '../../forms/form-intake.js';
import type { FormField } from '../../forms/form.js';
import type { ShownForm } from './form-draft.js';

/** A frame that shows our page, and hears of the whole address of the page around it: campaigns stand there. */
export function frameSnippet({ name, slug }: ShownForm, publicUrl: string): string {
  const look = 'width="100%" height="700" referrerpolicy="no-referrer-when-downgrade"';
  return `<iframe src="${escape(`${publicUrl}/f/${slug}`)}" title="${escape(name)}" ${look}></iframe>`;
}

/** A plain form that posts to us. */
export function htmlSnippet(
  { slug, fields, submitLabel }: ShownForm,
  { publicUrl, submit }: { publicUrl: string; submit: string },
): string {
  const controls = fields.filter(({ isHidden }) => !isHidden).map(controlOf);
  return [
    `<form method="post" action="${escape(`${publicUrl}/f/${slug}`)}">`,
    ...controls.map((line) => `  ${line}`),
    `  <input type="text" name="${honeypot}" value="" tabindex="-1" autocomplete="off" aria-hidden="true" style="position:absolute;left:-9999px">`,
    `  <button type="submit">${escape(submitLabel || submit)}</button>`,
    '</form>',
  ].join('\n');
}

function controlOf(field: FormField): string {
  const required = field.isRequired ? ' required' : '';
  const name = `name="${escape(field.key)}"${required}`;
  return `<label>${escape(field.label)} ${inputOf(field, name)}</label>`;
}

function inputOf({ kind, options }: FormField, name: string): string {
  if (kind === 'longText') return `<textarea ${name}></textarea>`;
  if (kind === 'checkbox') return `<input type="checkbox" value="true" ${name}>`;
  if (kind === 'choice' || kind === 'choices') {
    const items = options.map((option) => `<option>${escape(option)}</option>`).join('');
    return `<select ${name}${kind === 'choices' ? ' multiple' : ''}>${items}</select>`;
  }
  return `<input type="${inputTypes[kind] ?? 'text'}" ${name}>`;
}

const inputTypes: Readonly<Record<string, string>> = {
  email: 'email',
  phone: 'tel',
  url: 'url',
  number: 'number',
  date: 'date',
};

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
