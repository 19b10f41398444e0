import { isTrellisError } from '@trellis-crm/sdk';
import type { Operation, PluginLifecycle, PluginView } from '../../kernel/lifecycle/index.js';
import type { FormData } from '../fields/form-reader.js';
import type { PageBlock } from '../../views/page-model.js';
import { noProblems, type FormProblems } from '../form/form-problems.js';
import { formOf, problemsIn } from '../form/plain-form.js';
import type { PageCall } from '../page-call.js';
import { goTo, showPage, type PageAnswer } from '../page-endpoint.js';
import { readSettings, settingControls, type SettingsSchema } from './plugin-settings.js';
import { contributions, isOn, stateTag, translated } from './plugin-view.js';

/** What a form that was refused said. */
interface SettingsAttempt {
  readonly problems: FormProblems;
  readonly form?: FormData;
}

/** `GET /plugins/:id`: what a plugin is, adds and needs, how it fares, and its settings. */
export async function showPlugin(
  call: PageCall,
  lifecycle: PluginLifecycle,
  attempt: SettingsAttempt = { problems: noProblems },
): Promise<PageAnswer> {
  const { t, render } = call;
  const plugin = await lifecycle.get(idOf(call));
  const [settings, operations] = await Promise.all([
    settingsBlock(call, lifecycle, attempt),
    lifecycle.operations(plugin.id),
  ]);
  const history = operations.slice(0, 8).map((operation) => operationView(call, operation));
  const blocks: PageBlock[] = [
    { name: 'header', column: 'header', html: render('core:plugins/header', headerView(call, plugin)) },
    { name: 'about', column: 'main', html: render('core:plugins/about', aboutView(call, plugin)) },
    ...settings,
    { name: 'health', column: 'side', html: render('core:plugins/health', healthView(call, plugin)) },
    { name: 'history', column: 'side', html: render('core:plugins/history', { items: history }) },
  ];
  const { title } = translated(call, plugin);
  const breadcrumbs = [{ label: t('plugins.title'), href: '/plugins' }, { label: title }];
  const { byControl, general } = attempt.problems;
  return showPage({ title, breadcrumbs, blocks }, byControl.size + general.length > 0 ? 422 : 200);
}

async function settingsBlock(
  call: PageCall,
  lifecycle: PluginLifecycle,
  attempt: SettingsAttempt,
): Promise<PageBlock[]> {
  const id = idOf(call);
  const settings = await settingsOf(lifecycle, id);
  const controls = settings === null ? [] : settingControls(call, id, { ...settings, ...attempt });
  if (controls.length === 0) return [];
  const { general } = attempt.problems;
  const html = call.render('core:plugins/settings', { action: `/plugins/${id}/settings`, controls, general });
  return [{ name: 'settings', column: 'main', html }];
}

/** `POST /plugins/:id/settings`: in force in all processes within a second. */
export async function savePluginSettings(call: PageCall, lifecycle: PluginLifecycle): Promise<PageAnswer> {
  const id = idOf(call);
  const form = formOf(call);
  const { schema } = await lifecycle.settings.get(id);
  const values = readSettings(schema, form);
  const problems = await problemsIn(call, Object.keys(values), () => lifecycle.settings.change(id, values));
  return problems === null
    ? goTo(`/plugins/${id}`, { text: call.t('plugins.settingsSaved') })
    : showPlugin(call, lifecycle, { problems, form });
}

async function settingsOf(
  lifecycle: PluginLifecycle,
  id: string,
): Promise<{ schema: SettingsSchema; values: Readonly<Record<string, unknown>> } | null> {
  try {
    const { schema, values } = await lifecycle.settings.get(id);
    return { schema: schema, values };
  } catch (error) {
    if (isTrellisError(error) && error.code === 'settings_not_found') return null;
    throw error;
  }
}

function headerView(call: PageCall, plugin: PluginView): object {
  const { t } = call;
  const { id, title, summary, state, version } = translated(call, plugin);
  return {
    title,
    meta: [{ text: summary }, { text: t('plugins.version', { version }) }],
    tags: [{ ...stateTag(call, state), hasDot: true }],
    isArchived: state === 'archived',
    isOn: isOn(state),
    switchLabel: t('plugins.use', { name: title }),
    switchAction: `/plugins/${id}/activation`,
    upgradeHref: state === 'needs-upgrade' ? `/plugins/${id}/plan?verb=upgrade` : undefined,
    removeHref: `/plugins/${id}/plan?verb=remove`,
    restoreHref: `/plugins/${id}/plan?verb=restore`,
    purgeHref: `/plugins/${id}/plan?verb=purge`,
    reason: plugin.reason,
  };
}

function aboutView(call: PageCall, plugin: PluginView): object {
  const { t } = call;
  const listed = (record: Readonly<Record<string, string>>): string =>
    Object.entries(record)
      .map(([id, range]) => `${id} ${range}`)
      .join(', ');
  const rows = [
    [t('plugins.adds'), contributions(call, plugin)],
    [t('plugins.requires'), listed(plugin.requires)],
    [t('plugins.optional'), listed(plugin.optional)],
    [t('plugins.requiredBy'), plugin.requiredBy.join(', ')],
    [t('plugins.capabilities'), plugin.capabilities.join(', ')],
  ];
  return {
    items: rows.filter(([, text]) => text !== '').map(([label, text]) => ({ label, value: { kind: 'text', text } })),
  };
}

function healthView({ t, env, request }: PageCall, { timings }: PluginView): object {
  const { formatters } = request.generation.views;
  const meanMs = timings.calls === 0 ? 0 : timings.totalMs / timings.calls;
  const ms = (value: number): string =>
    t('plugins.ms', { value: formatters.number(env, value, { maximumFractionDigits: 1 }) });
  return {
    items: [
      { label: t('plugins.calls'), value: formatters.number(env, timings.calls) },
      { label: t('plugins.mean'), value: ms(meanMs) },
      {
        label: t('plugins.faultCount'),
        value: formatters.number(env, timings.faults),
        ...(timings.faults > 0 ? { tone: 'bad' } : {}),
      },
    ],
    lastFault: timings.lastFault === null ? undefined : `${timings.lastFault.what}: ${timings.lastFault.message}`,
  };
}

function operationView({ t, env, request }: PageCall, { operation, state, startedAt, error }: Operation): object {
  const tone = state === 'done' ? 'ok' : state === 'running' ? 'info' : 'bad';
  return {
    title: t(`plugins.verb.${operation}.label`),
    note: error ?? request.generation.views.formatters.timeAgo(env, startedAt),
    tag: { label: t(`plugins.operation.${state}`), tone },
  };
}

function idOf({ request }: PageCall): string {
  return request.params['id'] ?? '';
}
