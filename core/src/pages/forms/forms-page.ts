import { Uuid } from '@trellis-crm/sdk';
import type { Endpoint } from '../../http/endpoint.js';
import { callApi, readApi } from '../api-client.js';
import { textOf, type FormData } from '../fields/form-reader.js';
import { noProblems, type FormProblems } from '../form/form-problems.js';
import { formOf, problemsIn } from '../form/plain-form.js';
import type { PageCall, PageDeps } from '../page-call.js';
import { goTo, pageEndpoint, showPage, type PageAnswer, type PageRoute } from '../page-endpoint.js';
import { settingsTabs } from '../settings/settings-tabs.js';
import { firstQuestions, readTargets, saveForm, showBuilder, slugOf } from './builder-page.js';
import type { ShownForm } from './form-draft.js';
import { frameSnippet, htmlSnippet } from './form-snippets.js';
import { formsHref, formTabs } from './form-tabs.js';
import { retrySubmission, showSubmission, showSubmissions } from './submissions-page.js';

const access = 'core.form:administer';

/** Web forms under the settings: list, builder, what was sent, and how to embed one. */
export function formPages(deps: PageDeps): readonly Endpoint[] {
  const page = (key: `${'GET' | 'POST'} /${string}`, handle: PageRoute['handle'], params = {}): Endpoint =>
    pageEndpoint(deps, key, { access, params, handle });
  const byId = { id: Uuid };
  const ofSubmission = { id: Uuid, submission: Uuid };
  return [
    page('GET /settings/forms', (call) => showForms(call)),
    page('POST /settings/forms', createForm),
    page('GET /settings/forms/:id', showBuilder, byId),
    page('POST /settings/forms/:id', saveForm, byId),
    page('POST /settings/forms/:id/state', changeState, byId),
    page('POST /settings/forms/:id/removal', remove, byId),
    page('POST /settings/forms/:id/restoration', restore, byId),
    page('GET /settings/forms/:id/embed', showEmbed, byId),
    page('GET /settings/forms/:id/submissions', showSubmissions, byId),
    page('GET /settings/forms/:id/submissions/:submission', showSubmission, ofSubmission),
    page('POST /settings/forms/:id/submissions/:submission/retry', retrySubmission, ofSubmission),
  ];
}

interface Attempt {
  readonly form?: FormData;
  readonly problems?: FormProblems;
}

async function showForms(call: PageCall, { form = {}, problems = noProblems }: Attempt = {}): Promise<PageAnswer> {
  const { t, render } = call;
  const [{ data }, targets] = await Promise.all([
    readApi<{ readonly data: readonly ShownForm[] }>(call, '/forms'),
    readTargets(call),
  ]);
  const title = t('forms.title');
  const html = render('core:forms/list', {
    title,
    items: data.map(({ id, name, slug, state }) => ({
      ...{ title: name, href: `${formsHref}/${id}`, note: `/f/${slug}`, icon: 'clipboard-list' },
      tag: { label: t(`forms.state.${state}`), tone: state === 'live' ? 'ok' : undefined },
    })),
    targets,
    values: { name: textOf(form, 'name'), slug: textOf(form, 'slug'), target: textOf(form, 'target') },
    errors: Object.fromEntries(problems.byControl),
    general: problems.general,
  });
  const breadcrumbs = [{ label: t('settings.title'), href: '/settings' }, { label: title }];
  const isRefused = problems.byControl.size + problems.general.length > 0;
  return showPage(
    { title, breadcrumbs, blocks: [settingsTabs(call, formsHref), { name: 'forms', html }] },
    isRefused ? 422 : 200,
  );
}

async function createForm(call: PageCall): Promise<PageAnswer> {
  const form = formOf(call);
  const made: ShownForm[] = [];
  const target = textOf(form, 'target');
  const fields = await firstQuestions(call, target);
  const body = { name: textOf(form, 'name'), slug: slugOf(form), target, ...(fields && { fields }) };
  const problems = await problemsIn(call, ['name', 'slug', 'target'], async () => {
    made.push((await callApi(call, 'POST', '/forms', { body })).body as ShownForm);
  });
  const [created] = made;
  if (created === undefined) return showForms(call, { form, problems: problems ?? noProblems });
  return goTo(`${formsHref}/${created.id}`, { text: call.t('forms.saved') });
}

async function changeState(call: PageCall): Promise<PageAnswer> {
  const state = textOf(formOf(call), 'state') === 'live' ? 'live' : 'draft';
  const problems = await problemsIn(call, [], () =>
    callApi(call, 'PATCH', pathOf(call), { body: { state }, ifVersion: '*' }),
  );
  if (problems !== null) return goTo(hrefOf(call), { text: problems.general.join(' '), tone: 'bad' });
  return goTo(hrefOf(call), { text: call.t(`forms.now.${state}`) });
}

async function remove(call: PageCall): Promise<PageAnswer> {
  await callApi(call, 'DELETE', pathOf(call));
  return goTo(formsHref, { text: call.t('forms.removed'), undoAction: `${hrefOf(call)}/restoration` });
}

async function restore(call: PageCall): Promise<PageAnswer> {
  await callApi(call, 'POST', `${pathOf(call)}/restoration`);
  return goTo(hrefOf(call), { text: call.t('forms.restored') });
}

async function showEmbed(call: PageCall): Promise<PageAnswer> {
  const { t, render, workspace } = call;
  const form = await readApi<ShownForm>(call, pathOf(call));
  const { publicUrl } = workspace.info();
  const html = render('core:forms/embed', {
    isLive: form.state === 'live',
    link: `${publicUrl}/f/${form.slug}`,
    frame: frameSnippet(form, publicUrl),
    html: htmlSnippet(form, { publicUrl, submit: t('forms.submit') }),
  });
  const breadcrumbs = [{ label: t('forms.title'), href: formsHref }, { label: form.name }];
  const blocks = [settingsTabs(call, formsHref), await formTabs(call, form, 'embed'), { name: 'embed', html }];
  return showPage({ title: form.name, breadcrumbs, blocks });
}

function pathOf({ request }: PageCall): string {
  return `/forms/${request.params['id'] ?? ''}`;
}

function hrefOf(call: PageCall): string {
  return `/settings${pathOf(call)}`;
}
