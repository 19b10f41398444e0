import { plainText } from './plain-text.js';
import { escapeHtml, SafeHtml } from './safe-html.js';

/**
 * Writes attributes that a caller adds to a partial's element: htmx, data, aria and the form wiring. Anything else is
 * refused, so a partial's look and safety stay its own. `false`, `null` and `undefined` leave an attribute out.
 *
 * @throws Error for a name that is not allowed
 */
export function htmlAttributes(attributes: unknown): SafeHtml {
  if (attributes === undefined || attributes === null || attributes === '') return SafeHtml.trust('');
  if (attributes instanceof SafeHtml) return attributes;
  const written = Object.entries(attributes).map(([name, value]) => writeAttribute(name, value));
  return SafeHtml.trust(written.join(''));
}

/** Lets an address through when it is relative, http(s), mailto or tel; anything else (`javascript:`) becomes `#`. */
export function safeHref(href: unknown): string {
  const text = plainText(href).trim();
  // Most addresses are our own, or to write to and to call.
  if (text.startsWith('/') || text.startsWith('mailto:') || text.startsWith('tel:')) return text;
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(text)?.[1]?.toLowerCase();
  return scheme === undefined || allowedSchemes.has(scheme) ? text : '#';
}

function writeAttribute(name: string, value: unknown): string {
  if (!allowedName.test(name) || /^hx-on\b/.test(name))
    throw new Error(`The attribute ${name} cannot be added to a partial`);
  if (value === undefined || value === null || value === false) return '';
  return value === true ? ` ${name}` : ` ${name}="${escapeHtml(plainText(value))}"`;
}

const allowedName =
  /^(?:(?:hx|data|aria)-[a-z0-9:-]+|id|name|value|form(?:action|method|novalidate)?|autofocus|autocomplete|inputmode|list|maxlength|minlength|min|max|step|pattern|placeholder|rel|target|download|disabled|popovertarget|command|commandfor)$/;
const allowedSchemes: ReadonlySet<string> = new Set(['http', 'https', 'mailto', 'tel']);
