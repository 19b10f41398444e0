import { Uuid } from '@trellis-crm/sdk';
import type { Endpoint } from '../../http/endpoint.js';
import type { PageBlock } from '../../views/page-model.js';
import { callApi, readApi } from '../api-client.js';
import { textOf } from '../fields/form-reader.js';
import { noProblems, type FormProblems } from '../form/form-problems.js';
import { formOf, problemsIn } from '../form/plain-form.js';
import type { PageCall, PageDeps } from '../page-call.js';
import { shortcutsBlock } from '../find/shortcuts-page.js';
import { goTo, pageEndpoint, showPage, type PageAnswer } from '../page-endpoint.js';
import { calendarFeedBlock, calendarFeedPages } from './calendar-feed.js';
import { deviceView, profileView, tokenView, type OwnSession, type OwnToken, type Profile } from './me-view.js';
import { preferencesBlock, preferencesPage } from './preferences.js';

/** The page about oneself: profile, password, devices, API tokens. */
export function mePages(deps: PageDeps): readonly Endpoint[] {
  const byId = { params: { id: Uuid } };
  return [
    pageEndpoint(deps, 'GET /me', { access: 'signed-in', handle: (call) => showMe(call) }),
    preferencesPage(deps, showMe),
    ...calendarFeedPages(deps, showMe),
    pageEndpoint(deps, 'POST /me/password', { access: 'signed-in', handle: changePassword }),
    pageEndpoint(deps, 'POST /me/tokens', { access: 'signed-in', handle: createToken }),
    pageEndpoint(deps, 'POST /me/tokens/:id/revocation', { access: 'signed-in', ...byId, handle: revokeToken }),
    pageEndpoint(deps, 'POST /me/sessions/:id/end', { access: 'signed-in', ...byId, handle: endSession }),
  ];
}

interface MeState {
  readonly problems?: FormProblems;
  /** A token that was made just now; shown this once. */
  readonly newToken?: string;
  /** Address of a calendar that was made just now; shown this once. */
  readonly newCalendar?: string;
}

async function showMe(
  call: PageCall,
  { problems = noProblems, newToken, newCalendar }: MeState = {},
): Promise<PageAnswer> {
  const { render, t } = call;
  const errors = Object.fromEntries(problems.byControl);
  const [profile, sessions, tokens, preferences, calendar] = await Promise.all([
    readApi<Profile>(call, '/me'),
    readApi<{ data: readonly OwnSession[] }>(call, '/me/sessions'),
    readApi<{ data: readonly OwnToken[] }>(call, '/me/tokens'),
    preferencesBlock(call, errors),
    calendarFeedBlock(call, newCalendar),
  ]);
  const blocks: PageBlock[] = [
    { name: 'profile', column: 'header', html: render('core:me/profile', profileView(call, profile)) },
    {
      name: 'devices',
      column: 'main',
      html: render('core:me/devices', { items: sessions.data.map((session) => deviceView(call, session)) }),
    },
    tokensBlock(call, tokens.data, { newToken, error: errors['name'] }),
    preferences,
    calendar,
    shortcutsBlock(call),
    {
      name: 'password',
      column: 'side',
      html: render('core:me/password', {
        errors: { old: errors['oldPassword'], new: errors['newPassword'] },
        general: problems.general,
      }),
    },
  ];
  const isRefused = problems.byControl.size + problems.general.length > 0;
  return showPage({ title: t('me.title'), breadcrumbs: [{ label: t('me.title') }], blocks }, isRefused ? 422 : 200);
}

function tokensBlock(
  call: PageCall,
  tokens: readonly OwnToken[],
  state: { readonly newToken: string | undefined; readonly error: string | undefined },
): PageBlock {
  const items = tokens.map((token) => tokenView(call, token));
  return { name: 'tokens', column: 'main', html: call.render('core:me/tokens', { items, ...state }) };
}

async function changePassword(call: PageCall): Promise<PageAnswer> {
  const form = formOf(call);
  const body = { oldPassword: textOf(form, 'oldPassword'), newPassword: textOf(form, 'newPassword') };
  const problems = await problemsIn(call, Object.keys(body), () => callApi(call, 'POST', '/me/password', { body }));
  return problems === null ? goTo('/me', { text: call.t('me.passwordChanged') }) : showMe(call, { problems });
}

async function createToken(call: PageCall): Promise<PageAnswer> {
  let newToken: string | undefined;
  const problems = await problemsIn(call, ['name'], async () => {
    const { body } = await callApi(call, 'POST', '/me/tokens', { body: { name: textOf(formOf(call), 'name') } });
    newToken = (body as OwnToken).token;
  });
  return showMe(call, problems === null ? { ...(newToken === undefined ? {} : { newToken }) } : { problems });
}

async function revokeToken(call: PageCall): Promise<PageAnswer> {
  await callApi(call, 'DELETE', `/me/tokens/${call.request.params['id'] ?? ''}`);
  return goTo('/me', { text: call.t('me.tokenRevoked') });
}

async function endSession(call: PageCall): Promise<PageAnswer> {
  await callApi(call, 'DELETE', `/me/sessions/${call.request.params['id'] ?? ''}`);
  return goTo('/me', { text: call.t('me.deviceSignedOut') });
}
