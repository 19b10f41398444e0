import type { TestClient, TestHost } from '@trellis-crm/sdk/testing';

import { idIn, textOf } from './host-browser.js';

/** Addresses of pages that have ids in them, by the name of their kind. */
export type Addresses = Readonly<Record<string, string>>;

/** Something for each kind of page that daily work has: activities, likely duplicates, forms, webhooks, views, bulk changes. */
export async function fillWork(host: TestHost): Promise<Addresses> {
  const api = host.as(host.admin);
  const account = await add(api, '/api/v1/accounts', { name: 'Elbe Diagnostics GmbH', industry: 'Health' });
  const twin = await add(api, '/api/v1/accounts', { name: 'Elbe Diagnostics', website: 'https://elbe.example' });
  const contact = await add(api, '/api/v1/contacts', { name: '王小明', accounts: [{ account, role: 'buyer' }] });
  const task = await addActivities(api, host, account);
  const made = [await addForm(host), await addWebhook(api), await addLists(api, account)];
  await host.as(host.manager).patch(`/api/v1/accounts/${account}`, { owner: host.admin.userId }, { 'If-Match': '*' });
  await api.post('/api/v1/exceptions/evaluation');
  await host.as(host.admin).submit('/accounts/duplicates/search', {});
  await host.settle();
  return Object.assign(
    {
      timeline: `/accounts/${account}#timeline`,
      'timeline of a contact': `/contacts/${contact}`,
      'call composer': `/accounts/${account}?compose=call`,
      snooze: `/day/${task}/snooze`,
      plan: `/day/${task}/plan`,
      'merge choice': `/accounts/merge?ids=${account}`,
      merge: `/accounts/merge?ids=${account}&with=${twin}`,
    },
    await addMail(api),
    ...made,
  ) as Addresses;
}

/** @returns id of a task that is overdue */
async function addActivities(api: TestClient, host: TestHost, account: string): Promise<string> {
  const links = [{ entity: 'core.account', id: account }];
  const day = (days: number): string => new Date(host.clock.now().getTime() + days * 86_400_000).toISOString();
  const log = (body: object): Promise<string> => add(api, '/api/v1/activities', { links, ...body });
  await log({
    kind: 'call',
    subject: 'Asked for an offer',
    direction: 'inbound',
    outcome: 'reached',
    duration: 720,
  });
  const note = await log({ kind: 'note', subject: 'Prefers mail', body: 'Prefers mail\nand answers within a day' });
  await api.request('PUT', `/api/v1/accounts/${account}/timeline/pins/${note}`);
  await log({ kind: 'meeting', subject: 'Review of the year', dueAt: day(0.1) });
  await log({
    kind: 'task',
    subject: 'Send the price list',
    dueAt: day(2),
    recurrence: 'FREQ=WEEKLY',
    priority: 'high',
  });
  return log({ kind: 'task', subject: 'Call back', dueAt: day(-20), owner: host.admin.userId });
}

async function addForm(host: TestHost): Promise<Addresses> {
  const question = { target: null, isRequired: false, help: '', options: [], isHidden: false, value: '' };
  const fields = [
    { ...question, key: 'name', label: 'Your name', kind: 'text', target: 'name', isRequired: true },
    {
      ...question,
      key: 'email',
      label: 'E-mail',
      kind: 'email',
      target: 'email',
      isRequired: true,
      help: 'For our answer',
    },
    { ...question, key: 'topic', label: 'What is it about?', kind: 'choice', options: ['Prices', 'Service'] },
    { ...question, key: 'news', label: 'Send me news', kind: 'checkbox' },
  ];
  const content = { intro: 'We answer within a day.', needsConfirmation: true, fields };
  const form = { name: 'Ask us', slug: 'ask-us', target: 'core.contact', state: 'live', ...content };
  // It goes live while mail leaves; afterwards its mails are kept, and its pages say so.
  await setMail(host.as(host.admin), { host: 'mail.invalid', senderAddress: 'crm@example.com' });
  const builder = `/settings/forms/${await add(host.as(host.admin), '/api/v1/forms', form)}`;
  await setMail(host.as(host.admin), { host: null });
  await fillIn(host, '/f/ask-us', { name: 'Ada Byron', email: 'ada@example.com', topic: 'Prices' });
  await host.settle();
  const { text } = await host.as(host.admin).page(`${builder}/submissions`);
  return {
    'form builder': builder,
    'form snippet': `${builder}/embed`,
    'form submissions': `${builder}/submissions`,
    'form submission': firstIn(text, `${builder}/submissions/`),
    'public form': '/f/ask-us',
    'asked to confirm': '/f/ask-us?sent=confirm',
    'public thanks': '/f/ask-us?sent=1',
  };
}

async function setMail(api: TestClient, settings: object): Promise<void> {
  await api.patch('/api/v1/settings/mail', settings, { 'If-Match': '*' });
}

/** As a browser does that was shown the form for a while. */
async function fillIn(host: TestHost, path: string, answers: Readonly<Record<string, string>>): Promise<void> {
  const { text } = await host.as().page(path);
  const hidden = [...text.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g)];
  host.clock.advance(5000);
  const body = new URLSearchParams(hidden.map(([, name = '', value = '']) => [name, unescaped(value)]));
  for (const [name, answer] of Object.entries(answers)) body.append(name, answer);
  const { ok } = await fetch(host.url + path, { method: 'POST', body, headers: { Origin: host.url } });
  if (!ok) throw new Error(`${path} refused what was filled in`);
}

function unescaped(html: string): string {
  return html.replaceAll(/&#x([0-9A-F]+);/gi, (_, code: string) => String.fromCharCode(parseInt(code, 16)));
}

async function addWebhook(api: TestClient): Promise<Addresses> {
  const body = { url: 'https://hooks.invalid/trellis', topics: ['core.account.*'] };
  const webhook = `/settings/webhooks/${await add(api, '/api/v1/webhooks', body)}`;
  await api.post(`/api/v1${webhook.replace('/settings', '')}/test`);
  const { text } = await api.page(webhook);
  return {
    webhook,
    'webhook form': `${webhook}/edit`,
    'webhook delivery': firstIn(text, `${webhook}/deliveries/`),
  };
}

/** Tags, a view, a bulk change. */
async function addLists(api: TestClient, account: string): Promise<Addresses> {
  for (const name of ['Key customer', 'Trade fair 2027']) await api.post('/api/v1/tags', { name });
  await api.request('PUT', `/api/v1/accounts/${account}/tags/Key%20customer`);
  const where = {
    any: [
      { field: 'industry', value: 'Health' },
      { field: 'updatedAt', op: 'gt', value: '-7d' },
    ],
  };
  const view = await add(api, '/api/v1/views', { entity: 'core.account', name: 'My week', where });
  const bulk = { action: 'update', ids: [account], set: { industry: 'Diagnostics' } };
  const { headers } = await api.post('/api/v1/accounts/bulk', bulk);
  const asked = encodeURIComponent(JSON.stringify(where));
  return {
    'list by a view': `/accounts?view=${view}`,
    view: `/views/${view}`,
    'new view': `/views/new?entity=core.account&where=${asked}`,
    'rule of a list': `/exceptions/rules/new?entity=core.account&where=${asked}`,
    'bulk change': headers.get('Location')?.replace('/api/v1', '') ?? 'none',
  };
}

async function addMail(api: TestClient): Promise<Addresses> {
  const { text } = await api.page('/mails?state=kept');
  return { mail: firstIn(text, '/mails/') };
}

async function add(api: TestClient, path: string, body: object): Promise<string> {
  const answer = await api.post(path, body);
  if (answer.status !== 201) throw new Error(`${path} answered ${answer.status}: ${answer.text}`);
  return idIn(answer.body);
}

/** The first address of a record below `path`. */
function firstIn(text: string, path: string): string {
  const found = new RegExp(`${path}[0-9a-f-]{36}`).exec(text)?.[0];
  if (found === undefined) throw new Error(`no ${path} in ${textOf(/<title>[^<]*/.exec(text)?.[0])}`);
  return found;
}
