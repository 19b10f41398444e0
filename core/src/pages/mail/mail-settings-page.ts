import type { Endpoint } from '../../http/endpoint.js';
import type { TestResult } from '../../mail/index.js';
import type { SafeHtml } from '../../views/index.js';
import { callApi, readApi } from '../api-client.js';
import { textOf, type FormData } from '../fields/form-reader.js';
import { noProblems, type FormProblems } from '../form/form-problems.js';
import { formOf, problemsIn } from '../form/plain-form.js';
import type { PageCall, PageDeps } from '../page-call.js';
import { goTo, pageEndpoint, showPage, type PageAnswer } from '../page-endpoint.js';
import { settingsTabs } from '../settings/settings-tabs.js';

/** How mail leaves the workspace, with a mail to try it. */
export function mailSettingsPages(deps: PageDeps): readonly Endpoint[] {
  const access = 'core.settings:administer';
  return [
    pageEndpoint(deps, 'GET /settings/mail', { access, handle: (call) => showMailSettings(call) }),
    pageEndpoint(deps, 'POST /settings/mail', { access, handle: saveMailSettings }),
    pageEndpoint(deps, 'POST /settings/mail/test', { access, handle: testMail }),
  ];
}

interface StoredValues {
  readonly host: string | null;
  readonly port: number;
  readonly security: string;
  readonly user: string | null;
  readonly senderName: string | null;
  readonly senderAddress: string | null;
  readonly hasPassword: boolean;
  readonly isReady: boolean;
}

interface Attempt {
  /** What was typed; the stored settings when left out. */
  readonly form?: FormData;
  readonly problems?: FormProblems;
  readonly testProblems?: FormProblems;
  /** Where a test failed, and what was said there. */
  readonly failure?: { readonly title: string; readonly text: string };
}

const controls = ['host', 'port', 'security', 'user', 'password', 'senderName', 'senderAddress'] as const;

async function showMailSettings(call: PageCall, attempt: Attempt = {}): Promise<PageAnswer> {
  const { t, render } = call;
  const { body, headers } = await callApi(call, 'GET', '/settings/mail');
  const stored = body as StoredValues;
  const { problems = noProblems, testProblems = noProblems, failure } = attempt;
  const form = attempt.form ?? formOfStored(stored);
  const title = t('mails.settingsTitle');
  const server = render('core:mail/settings', {
    title,
    version: versionIn(headers),
    general: problems.general,
    fields: fieldsOf(call, form, problems, stored.hasPassword),
    isReady: stored.isReady,
  });
  const blocks = [
    settingsTabs(call, '/settings/mail'),
    { name: 'mail-settings', column: 'main' as const, html: server },
    { name: 'mail-test', column: 'side' as const, html: await testCard(call, stored.isReady, testProblems, failure) },
  ];
  const isRefused = [problems, testProblems].some(({ byControl, general }) => byControl.size + general.length > 0);
  const breadcrumbs = [{ label: t('settings.title'), href: '/settings' }, { label: title }];
  return showPage({ title, breadcrumbs, blocks }, isRefused || failure !== undefined ? 422 : 200);
}

function versionIn(headers: Readonly<Record<string, string>> = {}): string {
  return (headers['ETag'] ?? '').replaceAll('"', '');
}

async function testCard(
  call: PageCall,
  isReady: boolean,
  problems: FormProblems,
  failure: Attempt['failure'],
): Promise<SafeHtml> {
  const to = textOf(formOf(call), 'to') || (await ownAddress(call));
  const { general, byControl } = problems;
  return call.render('core:mail/test', { isReady, failure, to, error: byControl.get('to'), general });
}

async function ownAddress(call: PageCall): Promise<string> {
  if (call.request.identity.userId === null) return '';
  return (await readApi<{ readonly email: string | null }>(call, '/me')).email ?? '';
}

function formOfStored({ host, port, security, user, senderName, senderAddress }: StoredValues): FormData {
  const texts = { host, user, senderName, senderAddress };
  const filled = Object.entries(texts).map(([name, value]) => [name, value ?? '']);
  return { ...Object.fromEntries(filled), port: String(port), security } as FormData;
}

/** The password is never shown; typed nothing means the one there is. */
function fieldsOf({ t }: PageCall, form: FormData, problems: FormProblems, hasPassword: boolean): object[] {
  const common = (name: (typeof controls)[number]): object => {
    const error = problems.byControl.get(name);
    return { name, label: t(`mails.fields.${name}`), value: textOf(form, name), ...(error !== undefined && { error }) };
  };
  const security = ['starttls', 'tls', 'none'].map((value) => ({ value, label: t(`mails.security.${value}`) }));
  return [
    { kind: 'text', ...common('host'), placeholder: 'smtp.example.com', hint: t('mails.hints.host') },
    { kind: 'number', ...common('port'), hint: t('mails.hints.port') },
    { kind: 'select', ...common('security'), options: security },
    { kind: 'text', ...common('user'), autocomplete: 'off', hint: t('mails.hints.user') },
    {
      kind: 'password',
      ...common('password'),
      autocomplete: 'new-password',
      hint: t(hasPassword ? 'mails.hints.passwordKept' : 'mails.hints.password'),
    },
    { kind: 'text', ...common('senderName') },
    { kind: 'text', type: 'email', ...common('senderAddress'), hint: t('mails.hints.senderAddress') },
  ];
}

async function saveMailSettings(call: PageCall): Promise<PageAnswer> {
  const form = formOf(call);
  const optional = (name: string): string | null => textOf(form, name) || null;
  const password = typeof form['password'] === 'string' ? form['password'] : '';
  const body = {
    host: optional('host'),
    port: Number(textOf(form, 'port') || 587),
    security: textOf(form, 'security'),
    user: optional('user'),
    senderName: optional('senderName'),
    senderAddress: optional('senderAddress'),
    ...(password !== '' && { password }),
    ...(optional('user') === null && { password: null }),
  };
  const ifVersion = call.request.ifVersion ?? '*';
  const problems = await problemsIn(call, controls, () =>
    callApi(call, 'PATCH', '/settings/mail', { body, ifVersion }),
  );
  if (problems !== null) return showMailSettings(call, { form, problems });
  return goTo('/settings/mail', { text: call.t('settings.saved') });
}

async function testMail(call: PageCall): Promise<PageAnswer> {
  const to = textOf(formOf(call), 'to');
  let result: TestResult | undefined;
  const testProblems = await problemsIn(call, ['to'], async () => {
    result = (await callApi(call, 'POST', '/settings/mail/test', { body: { to } })).body as TestResult;
  });
  if (testProblems !== null || result === undefined)
    return showMailSettings(call, { testProblems: testProblems ?? noProblems });
  if (result.isSent) return goTo('/settings/mail', { text: call.t('mails.test.sent', { to }) });
  const failure = { title: call.t(`mails.stage.${result.stage}`), text: result.detail };
  return showMailSettings(call, { failure });
}
