import { User, Uuid } from '@trellis-crm/sdk';
import type { Endpoint } from '../../http/endpoint.js';
import type { AccessLink } from '../../users/index.js';
import { callApi } from '../api-client.js';
import { textOf } from '../fields/form-reader.js';
import { formOf } from '../form/plain-form.js';
import type { PageCall, PageDeps } from '../page-call.js';
import { orTold } from '../or-told.js';
import { goTo, pageEndpoint, showPage, type PageAnswer } from '../page-endpoint.js';

/** What administrators do to the access of a user; what there is to see stands on the user's own page. */
export function userPages(deps: PageDeps): readonly Endpoint[] {
  const guard = { access: 'core.user:administer', params: { id: Uuid } } as const;
  return [
    pageEndpoint(deps, 'POST /users/:id/role', { ...guard, handle: changeRole }),
    pageEndpoint(deps, 'POST /users/:id/invitation', { ...guard, handle: (call) => showLink(call, 'invitation') }),
    pageEndpoint(deps, 'POST /users/:id/password-reset', {
      ...guard,
      handle: (call) => showLink(call, 'password-reset'),
    }),
    pageEndpoint(deps, 'GET /users/:id/deactivation', { ...guard, handle: showDeactivation }),
    pageEndpoint(deps, 'POST /users/:id/deactivation', { ...guard, handle: deactivate }),
    pageEndpoint(deps, 'POST /users/:id/reactivation', { ...guard, handle: reactivate }),
  ];
}

async function changeRole(call: PageCall): Promise<PageAnswer> {
  const body = { role: textOf(formOf(call), 'role') };
  return orRefusal(call, async () => {
    await callApi(call, 'PUT', `/users/${idOf(call)}/role`, { body });
    return goTo(home(call), { text: call.t('users.roleChanged') });
  });
}

/** The link is shown once, to be passed on; where mail can leave it has gone to the person already. */
async function showLink(call: PageCall, kind: 'invitation' | 'password-reset'): Promise<PageAnswer> {
  const { t, render } = call;
  return orRefusal(call, async () => {
    const { body } = await callApi(call, 'POST', `/users/${idOf(call)}/${kind}`);
    const { url, expiresAt, isMailed } = body as AccessLink;
    const until = call.request.generation.views.formatters.dateTime(call.env, expiresAt);
    const title = t(`users.link.${kind}`);
    const html = render('core:people/link', { title, url, until, isMailed, backHref: home(call) });
    return showPage({
      title,
      breadcrumbs: [{ label: t('users.title'), href: '/users' }, { label: title }],
      blocks: [{ name: 'link', html }],
    });
  });
}

async function showDeactivation(call: PageCall): Promise<PageAnswer> {
  const { ctx, t, render } = call;
  const user = await ctx.records(User).get(idOf(call));
  const others = await ctx
    .query(User)
    .where({ status: { in: ['active', 'invited', 'no_login'] } })
    .sort('name')
    .limit(500);
  const options = others.filter(({ id }) => id !== user.id).map(({ id, name }) => ({ value: id, label: name }));
  const title = t('users.deactivateNamed', { name: user.name });
  const html = render('core:people/deactivation', {
    title,
    action: `${home(call)}/deactivation`,
    options,
    cancelHref: home(call),
  });
  return showPage({
    title,
    breadcrumbs: [
      { label: t('users.title'), href: '/users' },
      { label: user.name, href: home(call) },
      { label: t('users.deactivate') },
    ],
    blocks: [{ name: 'deactivation', html }],
  });
}

async function deactivate(call: PageCall): Promise<PageAnswer> {
  const reassignTo = textOf(formOf(call), 'reassignTo') || null;
  return orRefusal(call, async () => {
    await callApi(call, 'POST', `/users/${idOf(call)}/deactivation`, { body: { reassignTo } });
    return goTo(home(call), { text: call.t('users.deactivated'), undoAction: `${home(call)}/reactivation` });
  });
}

async function reactivate(call: PageCall): Promise<PageAnswer> {
  return orRefusal(call, async () => {
    await callApi(call, 'DELETE', `/users/${idOf(call)}/deactivation`);
    return goTo(home(call), { text: call.t('users.reactivated') });
  });
}

/** A refusal (the last administrator, somebody without e-mail) is told on the user's page. */
async function orRefusal(call: PageCall, act: () => Promise<PageAnswer>): Promise<PageAnswer> {
  return orTold(call, home(call), act);
}

function home(call: PageCall): string {
  return `/users/${idOf(call)}`;
}

function idOf({ request }: PageCall): string {
  return request.params['id'] ?? '';
}
