import type { TestBody, TestResponse } from '@trellis-crm/sdk/testing';
import type { CoreTestHost } from '../../dist/testing/index.js';

/** A question with all its parts. */
export function question(key: string, overrides: object = {}): object {
  return {
    ...{ key, label: key, kind: 'text', target: null, isRequired: false },
    ...{ help: '', options: [], isHidden: false, value: '' },
    ...overrides,
  };
}

/** Name and e-mail address, as contacts want them. */
export const contactFields = [
  question('name', { label: 'Your name', target: 'name', isRequired: true }),
  question('email', { label: 'E-mail', kind: 'email', target: 'email', isRequired: true }),
];

/** A live form as the API made it. */
export interface MadeForm {
  readonly id: string;
  readonly slug: string;
  readonly version: number;
}

/** Makes a live form that becomes contacts. */
export async function buildForm(host: CoreTestHost, slug: string, overrides: object = {}): Promise<MadeForm> {
  const { status, body } = await host.as(host.admin).post('/api/v1/forms', {
    ...{ name: 'Ask us', slug, target: 'core.contact', state: 'live', fields: contactFields },
    ...overrides,
  });
  if (status !== 201) throw new Error(`the form was not made: ${status} ${JSON.stringify(body)}`);
  return body as unknown as MadeForm;
}

/** What a browser sends that shows a form for a while, fills it in and submits it. */
export async function fillIn(
  host: CoreTestHost,
  { slug }: MadeForm,
  answers: Readonly<Record<string, string>>,
  options: { readonly query?: string; readonly waitMs?: number } = {},
): Promise<TestResponse> {
  const page = await host.as().page(`/f/${slug}${options.query ?? ''}`);
  host.clock.advance(options.waitMs ?? 5000);
  return post(host, slug, { ...hiddenIn(page.text), ...answers }, { Origin: host.url });
}

/** A bare POST of a form, as from anywhere. */
export async function post(
  host: CoreTestHost,
  slug: string,
  form: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>>,
): Promise<TestResponse> {
  const response = await fetch(`${host.url}/f/${slug}`, {
    method: 'POST',
    body: new URLSearchParams(form),
    headers,
    redirect: 'manual',
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: {} };
}

/** What was sent to a form, the newest first. */
export async function readSubmissions(host: CoreTestHost, { id }: MadeForm): Promise<readonly TestBody[]> {
  const { body } = await host.as(host.admin).get(`/api/v1/forms/${id}/submissions`);
  return body['data'] as unknown as readonly TestBody[];
}

/** Contacts with an e-mail address. */
export async function contactsWith(host: CoreTestHost, email: string): Promise<readonly TestBody[]> {
  const { body } = await host.as(host.admin).get(`/api/v1/contacts?filter[emails.email]=${encodeURIComponent(email)}`);
  return body['data'] as unknown as readonly TestBody[];
}

/** What a shown form sends along unseen. */
export function hiddenIn(html: string): Readonly<Record<string, string>> {
  const hidden = [...html.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g)];
  return Object.fromEntries(hidden.map(([, name = '', value = '']) => [name, unescaped(value)]));
}

function unescaped(html: string): string {
  return html
    .replaceAll('&amp;', '&')
    .replaceAll(/&#x([0-9A-F]+);/gi, (_, code: string) => String.fromCharCode(parseInt(code, 16)));
}
