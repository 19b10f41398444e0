import { randomBytes } from 'node:crypto';
import type { FormTargetField } from '@trellis-crm/sdk';
import type { FormField } from '../../forms/form.js';
import { callApi, readApi } from '../api-client.js';
import { entryPlaces, textOf, type FormData } from '../fields/form-reader.js';
import { changeEntries } from '../form/form-entries.js';
import { noProblems, type FormProblems } from '../form/form-problems.js';
import { formOf, problemsIn } from '../form/plain-form.js';
import type { PageCall } from '../page-call.js';
import { goTo, showPage, type PageAnswer } from '../page-endpoint.js';
import { settingsTabs } from '../settings/settings-tabs.js';
import { builderView, type Option } from './builder-view.js';
import { atControls, builderForm, readBuilder, type ShownForm } from './form-draft.js';
import { formsHref, formTabs } from './form-tabs.js';

/** `GET /settings/forms/:id`: the builder. */
export async function showBuilder(call: PageCall): Promise<PageAnswer> {
  return render(call, await readForm(call), {});
}

/** `POST /settings/forms/:id`: saves, or gives the form back with a row more or less. */
export async function saveForm(call: PageCall): Promise<PageAnswer> {
  const stored = await readForm(call);
  const form = formOf(call);
  const changed = changeEntries(form);
  if (changed !== null) return render(call, stored, { form: changed });
  const { ids } = await readUsers(call);
  const problems = await problemsIn(call, controlsOf(form), async () => {
    try {
      const body = readBuilder(form, ids);
      await callApi(call, 'PATCH', `/forms/${stored.id}`, { body, ifVersion: call.request.ifVersion ?? '*' });
    } catch (error) {
      throw atControls(error, form);
    }
  });
  if (problems !== null) return render(call, stored, { form, problems });
  return goTo(`${formsHref}/${stored.id}`, { text: call.t('forms.saved') });
}

function readForm(call: PageCall): Promise<ShownForm> {
  return readApi<ShownForm>(call, `/forms/${call.request.params['id'] ?? ''}`);
}

interface Attempt {
  /** What was typed; the stored form when left out. */
  readonly form?: FormData;
  readonly problems?: FormProblems;
}

async function render(
  call: PageCall,
  stored: ShownForm,
  { form, problems = noProblems }: Attempt,
): Promise<PageAnswer> {
  const { t, render: renderView } = call;
  const [users, teams, targetFields] = await Promise.all([
    readUsers(call),
    readNamed(call, '/teams'),
    readTargetFields(call, stored.target),
  ]);
  const shown = form ?? builderForm(stored, users.emails);
  const choices = { targetFields, users: users.options, teams };
  const html = renderView('core:forms/builder', {
    action: `${formsHref}/${stored.id}`,
    version: stored.version,
    ...builderView(call, shown, { problems, choices }),
  });
  const isRefused = problems.byControl.size + problems.general.length > 0;
  const blocks = [settingsTabs(call, formsHref), await formTabs(call, stored, 'edit'), { name: 'builder', html }];
  const breadcrumbs = [{ label: t('forms.title'), href: formsHref }, { label: stored.name }];
  return showPage({ title: stored.name, breadcrumbs, blocks }, isRefused ? 422 : 200);
}

const plainControls = ['name', 'slug', 'intro', 'submitLabel', 'thanks', 'redirectUrl', 'origins'];
const routingControls = ['needsConfirmation', 'routing', 'user', 'team', 'routingField', 'users', 'fields'];
const questionParts = ['label', 'kind', 'target', 'help', 'options', 'value', 'position', 'isRequired'];

function controlsOf(form: FormData): readonly string[] {
  const questions = entryPlaces(form, 'fields').flatMap((place) =>
    questionParts.map((part) => `fields.${place}.${part}`),
  );
  return [...plainControls, ...routingControls, ...questions];
}

interface KnownUsers {
  readonly options: readonly Option[];
  /** By e-mail address in small letters. */
  readonly ids: ReadonlyMap<string, string>;
  /** By id. */
  readonly emails: ReadonlyMap<string, string>;
}

async function readUsers(call: PageCall): Promise<KnownUsers> {
  const query = { limit: '200', sort: 'name', 'filter[status]': 'active' };
  const { data } = await readApi<{ data: readonly { id: string; name: string; email: string | null }[] }>(
    call,
    '/users',
    query,
  );
  return {
    options: data.map(({ id, name }) => ({ value: id, label: name })),
    ids: new Map(data.flatMap(({ id, email }) => (email === null ? [] : [[email.toLowerCase(), id] as const]))),
    emails: new Map(data.map(({ id, email }) => [id, email ?? id])),
  };
}

async function readNamed(call: PageCall, path: string): Promise<readonly Option[]> {
  const { data } = await readApi<{ data: readonly { id: string; name: string }[] }>(call, path, {
    limit: '200',
    sort: 'name',
  });
  return data.map(({ id, name }) => ({ value: id, label: name }));
}

interface ShownTarget {
  readonly id: string;
  readonly module: string;
  readonly label: string;
  readonly fields: readonly Pick<FormTargetField, 'name' | 'label' | 'kind' | 'isRequired'>[];
}

/** What forms can become, in the reader's words. */
export async function readTargets(call: PageCall): Promise<readonly Option[]> {
  const { data } = await readApi<{ data: readonly ShownTarget[] }>(call, '/forms/targets');
  return data.map(({ id, module, label }) => ({ value: id, label: call.t(`${module}:${label}`) }));
}

async function readTargetFields(call: PageCall, target: string): Promise<readonly Option[]> {
  const { data } = await readApi<{ data: readonly ShownTarget[] }>(call, '/forms/targets');
  const found = data.find(({ id }) => id === target);
  return (found?.fields ?? []).map(({ name, label }) => ({
    value: name,
    label: call.t(`${found?.module ?? 'core'}:${label}`),
  }));
}

/** A question in the reader's words for each thing that the target takes; undefined when nobody has such a target. */
export async function firstQuestions(call: PageCall, target: string): Promise<readonly FormField[] | undefined> {
  const { data } = await readApi<{ data: readonly ShownTarget[] }>(call, '/forms/targets');
  const found = data.find(({ id }) => id === target);
  return found?.fields.map(({ name, label, kind, isRequired = false }) => ({
    ...{ key: name.toLowerCase(), label: call.t(`${found.module}:${label}`), kind, target: name, isRequired },
    ...{ help: '', options: [], isHidden: false, value: '' },
  }));
}

/** An address made of a name; one of its own when the name has no letters for it. */
export function slugOf(form: FormData): string {
  const given = textOf(form, 'slug') || textOf(form, 'name');
  const slug = given
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 60);
  return given === '' || slug.length > 1 ? slug : `form-${randomBytes(4).toString('hex')}`;
}
