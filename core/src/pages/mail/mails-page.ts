import { Uuid } from '@trellis-crm/sdk';
import type { Endpoint, EndpointRequest, EndpointResponse } from '../../http/endpoint.js';
import { getMail, type MailDetail, type MailEntry } from '../../mail/index.js';
import { callApi, readApi } from '../api-client.js';
import type { PageCall, PageDeps } from '../page-call.js';
import { goTo, pageEndpoint, showPage, type PageAnswer } from '../page-endpoint.js';
import { settingsTabs } from '../settings/settings-tabs.js';

/** Mails that left, wait, were given up, or would have left had a mail server been configured. */
export function mailPages(deps: PageDeps): readonly Endpoint[] {
  const guard = { access: 'core.mail:administer', params: { id: Uuid } } as const;
  return [
    pageEndpoint(deps, 'GET /mails', { access: 'core.mail:administer', handle: showMails }),
    pageEndpoint(deps, 'GET /mails/:id', { ...guard, handle: showMail }),
    htmlPart(deps),
    pageEndpoint(deps, 'POST /mails/:id/dispatch', {
      ...guard,
      handle: (call) => act(call, 'POST', { below: '/dispatch', done: 'dispatched' }),
    }),
    pageEndpoint(deps, 'POST /mails/:id/removal', {
      ...guard,
      handle: (call) => act(call, 'DELETE', { done: 'dropped', undo: '/dispatch' }),
    }),
  ];
}

const states = ['kept', 'waiting', 'sent', 'dead', 'dropped'] as const;
const tones = { kept: 'info', waiting: 'accent', sent: 'ok', dead: 'bad', dropped: undefined } as const;

async function showMails(call: PageCall): Promise<PageAnswer> {
  const { t, render, request } = call;
  const state = states.find((known) => known === request.url.searchParams.get('state'));
  const after = request.url.searchParams.get('after');
  const { data, page } = await readApi<{ data: readonly MailEntry[]; page: { next: string | null } }>(call, '/mails', {
    ...(state && { state }),
    ...(after !== null && { after }),
  });
  const title = t('mails.title');
  const filter = state === undefined ? '' : `&state=${state}`;
  const html = render('core:mail/list', {
    title,
    tabs: [undefined, ...states].map((one) => ({
      label: t(`mails.state.${one ?? 'all'}`),
      href: one === undefined ? '/mails' : `/mails?state=${one}`,
      isCurrent: one === state,
    })),
    items: data.map((mail) => entryView(call, mail)),
    nextHref: page.next === null ? undefined : `/mails?after=${page.next}${filter}`,
  });
  return showPage({
    title,
    breadcrumbs: crumbs(call, title),
    blocks: [settingsTabs(call, '/mails'), { name: 'mails', html }],
  });
}

function crumbs({ t }: PageCall, title: string): { label: string; href?: string }[] {
  return [{ label: t('settings.title'), href: '/settings' }, { label: title }];
}

function entryView({ t, env, request }: PageCall, mail: MailEntry): object {
  const { formatters } = request.generation.views;
  const { id, state, address, subject, createdAt, nextAt, attempts, lastStage } = mail;
  const notes = [
    address,
    formatters.timeAgo(env, createdAt),
    ...(lastStage === null || state === 'sent' ? [] : [t(`mails.stage.${lastStage}`)]),
    ...(nextAt === null || attempts === 0 ? [] : [t('mails.again', { when: formatters.dateTime(env, nextAt) })]),
  ];
  return {
    title: subject,
    href: `/mails/${id}`,
    note: notes.join(' · '),
    tag: { label: t(`mails.state.${state}`), tone: tones[state] },
  };
}

async function showMail(call: PageCall): Promise<PageAnswer> {
  const { t, render, env, request } = call;
  const mail = await readApi<MailDetail>(call, `/mails/${idOf(request)}`);
  const { formatters } = request.generation.views;
  const html = render('core:mail/detail', {
    title: mail.subject,
    tag: { label: t(`mails.state.${mail.state}`), tone: tones[mail.state] },
    note: t('mails.toAt', { address: mail.address, when: formatters.dateTime(env, mail.createdAt) }),
    failure: mail.lastStage === null || mail.state === 'sent' ? undefined : t(`mails.stage.${mail.lastStage}`),
    failureText: mail.lastError ?? '',
    text: mail.content?.text,
    htmlHref: `/mails/${mail.id}/html`,
    dispatchAction: ['kept', 'dead', 'dropped'].includes(mail.state) ? `/mails/${mail.id}/dispatch` : undefined,
    dropAction: ['waiting', 'kept', 'dead'].includes(mail.state) ? `/mails/${mail.id}/removal` : undefined,
  });
  const breadcrumbs = [{ label: t('mails.title'), href: '/mails' }, { label: mail.subject }];
  return showPage({ title: mail.subject, breadcrumbs, blocks: [{ name: 'mail', html }] });
}

/** The HTML part as its reader sees it: on a page of its own, where nothing runs and nothing is loaded. */
function htmlPart({ workspace }: PageDeps): Endpoint {
  return {
    ...{ method: 'GET', path: '/mails/:id/html', module: 'core', access: 'core.mail:administer', surface: 'page' },
    input: { params: { id: Uuid } },
    async handle(request): Promise<EndpointResponse> {
      const { content } = await getMail(workspace.database.knex, idOf(request));
      const body = content?.html ?? '';
      return { status: body === '' ? 404 : 200, headers: { 'Content-Security-Policy': mailPolicy }, body };
    },
  };
}

const mailPolicy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox allow-popups";

/** What is done to a mail: where below its address, what is said then, and where it is taken back. */
interface MailAct {
  readonly below?: '' | '/dispatch';
  readonly done: 'dispatched' | 'dropped';
  readonly undo?: '/dispatch';
}

async function act(
  call: PageCall,
  method: 'POST' | 'DELETE',
  { below = '', done, undo }: MailAct,
): Promise<PageAnswer> {
  const mail = `/mails/${idOf(call.request)}`;
  await callApi(call, method, `${mail}${below}`);
  const text = call.t(`mails.${done}`);
  return goTo('/mails', undo === undefined ? { text } : { text, undoAction: `${mail}${undo}` });
}

function idOf({ params }: Pick<EndpointRequest, 'params'>): string {
  return params['id'] ?? '';
}
