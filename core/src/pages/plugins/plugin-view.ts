import type { PluginState, PluginView } from '../../kernel/lifecycle/index.js';
import type { Tone } from '../fields/option-tone.js';
import type { PageCall } from '../page-call.js';

/** A plugin under the name that its own catalogue has in the reader's language; while it does not run, under that of its package. */
export function translated<P extends Pick<PluginView, 'id' | 'title' | 'summary'>>(call: PageCall, plugin: P): P {
  const { views } = call.request.generation;
  const own = (key: string, otherwise: string): string =>
    views.hasText(call.env, plugin.id, key) ? call.t(`${plugin.id}:${key}`) : otherwise;
  return { ...plugin, title: own('plugin.name', plugin.title), summary: own('plugin.summary', plugin.summary) };
}

/** One plugin as a card. */
export function pluginCard(call: PageCall, plugin: PluginView): object {
  const { t } = call;
  const { id, title, summary, version, state, reason, timings } = translated(call, plugin);
  return {
    id,
    title,
    summary,
    version,
    href: `/plugins/${id}`,
    state: stateTag(call, state),
    reason,
    contributions: contributions(call, plugin),
    faults: timings.faults === 0 ? undefined : t('plugins.faults', { count: timings.faults }),
    isOn: isOn(state),
    isSwitch: state !== 'archived',
    switchLabel: t('plugins.use', { name: title }),
    switchAction: `/plugins/${id}/activation`,
    restoreAction: state === 'archived' ? `/plugins/${id}/restoration` : undefined,
  };
}

/** The state in words and colour. */
export function stateTag({ t }: PageCall, state: PluginState): { label: string; tone: Tone } {
  return { label: t(`plugins.state.${state}`), tone: tones[state] };
}

/** Whether people asked for it to run; one in quarantine still wants to. */
export function isOn(state: PluginState): boolean {
  return state === 'active' || state === 'quarantined' || state === 'needs-upgrade';
}

/** `2 kinds of records · 1 panel`: what it adds, without what it does not. */
export function contributions({ t }: PageCall, { contributes }: PluginView): string {
  const counted = Object.entries(contributes).filter(([kind, count]) => count > 0 && shownKinds.has(kind));
  return counted.map(([kind, count]) => t(`plugins.contributes.${kind}`, { count })).join(' · ');
}

const shownKinds: ReadonlySet<string> = new Set([
  'entities',
  'fields',
  'pages',
  'routes',
  'panels',
  'subscriptions',
  'jobs',
]);

const tones: Readonly<Record<PluginState, Tone>> = {
  active: 'ok',
  disabled: 'neutral',
  staged: 'info',
  'needs-upgrade': 'warn',
  quarantined: 'bad',
  archived: 'neutral',
};
