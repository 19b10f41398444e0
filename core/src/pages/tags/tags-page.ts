import { Uuid } from '@trellis-crm/sdk';
import type { Endpoint } from '../../http/endpoint.js';
import { longestTag, tagTones, type Tag } from '../../records/tags/tag.js';
import { callApi, readApi } from '../api-client.js';
import { textOf } from '../fields/form-reader.js';
import { formOf } from '../form/plain-form.js';
import type { PageCall, PageDeps } from '../page-call.js';
import { orTold } from '../or-told.js';
import { goTo, pageEndpoint, showPage, type PageAnswer, type PageRoute } from '../page-endpoint.js';
import { settingsTabs } from '../settings/settings-tabs.js';

const href = '/settings/tags';
const access = 'core.tag:administer';

/** The words that all use, for whoever looks after them. */
export function tagPages(deps: PageDeps): readonly Endpoint[] {
  const page = (key: `${'GET' | 'POST'} /${string}`, handle: PageRoute['handle'], params = {}): Endpoint =>
    pageEndpoint(deps, key, { access, params, handle });
  const byId = { id: Uuid };
  return [
    page('GET /settings/tags', showTagList),
    page('POST /settings/tags', createTag),
    page('POST /settings/tags/:id', changeTag, byId),
    page('POST /settings/tags/:id/merge', mergeTag, byId),
    page('POST /settings/tags/:id/removal', removeTag, byId),
  ];
}

interface ShownTag extends Tag {
  readonly version: number;
  readonly uses: number;
}

async function showTagList(call: PageCall): Promise<PageAnswer> {
  const { t, render } = call;
  const { data: tags } = await readApi<{ readonly data: readonly ShownTag[] }>(call, '/tags');
  const title = t('tags.title');
  const html = render('core:tags/list', {
    title,
    action: href,
    longest: longestTag,
    tags: tags.map((tag) => tagView(call, tag, tags)),
  });
  const breadcrumbs = [{ label: t('settings.title'), href: '/settings' }, { label: title }];
  return showPage({ title, breadcrumbs, blocks: [settingsTabs(call, href), { name: 'tags', html }] });
}

function tagView({ t }: PageCall, { id, name, tone, version, uses }: ShownTag, all: readonly ShownTag[]): object {
  const others = all.filter((other) => other.id !== id).map((other) => ({ value: other.id, label: other.name }));
  return {
    ...{ id, name, tone, version, versionFields: [{ name: '_version', value: version }] },
    uses: t('tags.uses', { count: uses }),
    editLabel: t('tags.edit', { name }),
    action: `${href}/${id}`,
    tones: tagTones.map((value) => ({ value, label: t(`tags.tone.${value}`) })),
    others,
  };
}

function createTag(call: PageCall): Promise<PageAnswer> {
  const name = textOf(formOf(call), 'name');
  return done(call, 'tags.made', () => callApi(call, 'POST', '/tags', { body: { name } }));
}

function changeTag(call: PageCall): Promise<PageAnswer> {
  const form = formOf(call);
  const body = { name: textOf(form, 'name'), tone: textOf(form, 'tone') };
  return done(call, 'tags.changed', () =>
    callApi(call, 'PATCH', pathOf(call), { body, ifVersion: shownVersion(call) }),
  );
}

function mergeTag(call: PageCall): Promise<PageAnswer> {
  const body = { into: textOf(formOf(call), 'into') };
  return done(call, 'tags.merged', () => callApi(call, 'POST', `${pathOf(call)}/merge`, { body }));
}

function removeTag(call: PageCall): Promise<PageAnswer> {
  return done(call, 'tags.removed', () => callApi(call, 'DELETE', pathOf(call), { ifVersion: shownVersion(call) }));
}

/** Who saw an older one is told, and loses nothing of another's. */
function shownVersion({ request }: PageCall): number | '*' {
  return request.ifVersion ?? '*';
}

function pathOf({ request }: PageCall): string {
  return `/tags/${request.params['id'] ?? ''}`;
}

/** The list again, with what was done or why it was not. */
async function done(call: PageCall, key: string, act: () => Promise<unknown>): Promise<PageAnswer> {
  return orTold(call, href, async () => {
    await act();
    return goTo(href, { text: call.t(key) });
  });
}
