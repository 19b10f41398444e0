import { readApi, callApi } from '../api-client.js';
import { textOf, type FormData } from '../fields/form-reader.js';
import { noProblems, type FormProblems } from '../form/form-problems.js';
import { formOf, problemsIn } from '../form/plain-form.js';
import type { PageCall } from '../page-call.js';
import { goTo, showPage, type PageAnswer } from '../page-endpoint.js';
import { settingsTabs } from '../settings/settings-tabs.js';
import type { ShownTopic, ShownWebhook } from './webhook-api.js';
import { topicGroups, webhooksHref } from './webhook-view.js';

/** `GET /settings/webhooks/new` */
export function newWebhook(call: PageCall): Promise<PageAnswer> {
  return showForm(call, { values: { url: '', description: '', topics: [] } });
}

/** `POST /settings/webhooks`: makes it, and shows its secret this once. */
export async function createWebhook(call: PageCall): Promise<PageAnswer> {
  const values = valuesOf(formOf(call));
  const made: ShownWebhook[] = [];
  const problems = await problemsIn(call, controls, async () => {
    made.push((await callApi(call, 'POST', '/webhooks', { body: values })).body as ShownWebhook);
  });
  const [webhook] = made;
  if (webhook === undefined) return showForm(call, { values, problems: problems ?? noProblems });
  return showSecret(call, webhook.id, webhook.secret ?? '');
}

/** `GET /settings/webhooks/:id/edit` */
export async function editWebhook(call: PageCall): Promise<PageAnswer> {
  const webhook = await readApi<ShownWebhook>(call, `/webhooks/${idOf(call)}`);
  return showForm(call, { values: webhook, webhook });
}

/** `POST /settings/webhooks/:id/edit` */
export async function saveWebhook(call: PageCall): Promise<PageAnswer> {
  const path = `/webhooks/${idOf(call)}`;
  const webhook = await readApi<ShownWebhook>(call, path);
  const values = valuesOf(formOf(call));
  const problems = await problemsIn(call, controls, () =>
    callApi(call, 'PATCH', path, { body: values, ifVersion: call.request.ifVersion ?? '*' }),
  );
  if (problems !== null) return showForm(call, { values, webhook, problems });
  return goTo(`/settings${path}`, { text: call.t('webhooks.saved') });
}

/** `POST /settings/webhooks/:id/secret`: a new secret, shown this once. */
export async function rotateSecret(call: PageCall): Promise<PageAnswer> {
  const { body } = await callApi(call, 'POST', `/webhooks/${idOf(call)}/secret`, { body: {} });
  return showSecret(call, idOf(call), (body as { readonly secret: string }).secret);
}

type Values = Pick<ShownWebhook, 'url' | 'description' | 'topics'>;

const controls = ['url', 'description', 'topics'];

function valuesOf(form: FormData): Values {
  const topics = form['topics'] ?? [];
  return {
    url: textOf(form, 'url'),
    description: textOf(form, 'description'),
    topics: typeof topics === 'string' ? [topics] : [...new Set(topics)],
  };
}

interface FormState {
  readonly values: Values;
  readonly problems?: FormProblems;
  /** The stored one; a new one has none. */
  readonly webhook?: ShownWebhook;
}

async function showForm(call: PageCall, { values, problems = noProblems, webhook }: FormState): Promise<PageAnswer> {
  const { t, render } = call;
  const { data } = await readApi<{ readonly data: readonly ShownTopic[] }>(call, '/webhooks/topics');
  const title = t(webhook === undefined ? 'webhooks.new' : 'webhooks.edit');
  const href = webhook === undefined ? webhooksHref : `${webhooksHref}/${webhook.id}`;
  const html = render('core:webhooks/form', {
    title,
    action: webhook === undefined ? href : `${href}/edit`,
    cancelHref: href,
    version: webhook?.version,
    values,
    errors: Object.fromEntries(problems.byControl),
    general: problems.general,
    groups: topicGroups(call, data),
  });
  const breadcrumbs = [{ label: t('webhooks.title'), href: webhooksHref }, { label: title }];
  const isRefused = problems.byControl.size + problems.general.length > 0;
  const blocks = [settingsTabs(call, webhooksHref), { name: 'webhook', html }];
  return showPage({ title, breadcrumbs, blocks }, isRefused ? 422 : 200);
}

function showSecret(call: PageCall, id: string, secret: string): PageAnswer {
  const { t, render } = call;
  const title = t('webhooks.secret');
  const html = render('core:webhooks/secret', { title, secret, href: `${webhooksHref}/${id}` });
  const breadcrumbs = [{ label: t('webhooks.title'), href: webhooksHref }, { label: title }];
  return showPage({ title, breadcrumbs, blocks: [{ name: 'secret', html }] });
}

function idOf({ request }: PageCall): string {
  return request.params['id'] ?? '';
}
