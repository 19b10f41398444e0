import type { Reach } from '@trellis-crm/sdk';
import { callApi, readApi } from '../api-client.js';
import { textOf } from '../fields/form-reader.js';
import { formOf } from '../form/plain-form.js';
import { roleLabel } from '../me/me-view.js';
import type { PageCall } from '../page-call.js';
import { goTo, showPage, type PageAnswer } from '../page-endpoint.js';
import { peopleTabs } from './people-tabs.js';
import { rightsMatrix, type Grant } from './rights-matrix.js';

interface Role {
  readonly key: string;
  readonly name: string | null;
  readonly base: string;
}

/** `GET /roles` and `GET /roles/:key`: what a role may do, and how far. */
export async function showRoles(call: PageCall): Promise<PageAnswer> {
  const { t, render, request } = call;
  const { data: roles } = await readApi<{ readonly data: readonly Role[] }>(call, '/roles');
  const key = request.params['key'] ?? roles.find(({ base }) => base !== 'admin')?.key ?? 'user';
  const { data: grants } = await readApi<{ readonly data: readonly Grant[] }>(call, `/roles/${key}/grants`);
  const base = roles.find((role) => role.key === key)?.base ?? '';
  const title = t('roles.title');
  const items = roles.map((role) => ({
    label: role.name ?? roleLabel(t, role.key),
    href: `/roles/${role.key}`,
    isCurrent: role.key === key,
  }));
  const html = render('core:people/roles', {
    title,
    items,
    isFixed: base === 'admin',
    action: `/roles/${key}`,
    ...rightsMatrix(call, grants),
  });
  return showPage({
    title,
    breadcrumbs: [{ label: title }],
    blocks: [peopleTabs(call, 'roles'), { name: 'roles', html }],
  });
}

/** `POST /roles/:key`: sets what was changed; rights that the form does not name stay. */
export async function saveRole(call: PageCall): Promise<PageAnswer> {
  const key = call.request.params['key'] ?? '';
  const form = formOf(call);
  const { data: current } = await readApi<{ readonly data: readonly Grant[] }>(call, `/roles/${key}/grants`);
  const changed = current.flatMap(({ permission, reach }): (readonly [string, Reach | null])[] => {
    if (form[permission] === undefined) return [];
    const wanted = reaches.find((known) => known === textOf(form, permission)) ?? null;
    return wanted === reach ? [] : [[permission, wanted]];
  });
  if (changed.length > 0)
    await callApi(call, 'PUT', `/roles/${key}/grants`, { body: { grants: Object.fromEntries(changed) } });
  return goTo(`/roles/${key}`, { text: call.t('roles.saved', { count: changed.length }) });
}

const reaches: readonly Reach[] = ['own', 'team', 'subtree', 'all'];
