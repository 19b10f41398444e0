import { isTrellisError, MalformedError } from '@trellis-crm/sdk';
import type { Plan, PlannedVerb, PluginLifecycle, PluginState } from '../../kernel/lifecycle/index.js';
import { actorKey } from '../../kernel/plugin-identity.js';
import { textOf } from '../fields/form-reader.js';
import { formOf } from '../form/plain-form.js';
import { refusalText } from '../form/problem-text.js';
import type { PageCall } from '../page-call.js';
import { goTo, showPage, type PageAnswer } from '../page-endpoint.js';
import { translated } from './plugin-view.js';

/** `POST /plugins/:id/activation`: on or off at once when it concerns this plugin alone, else by way of the plan. */
export async function switchPlugin(call: PageCall, lifecycle: PluginLifecycle): Promise<PageAnswer> {
  const id = idOf(call);
  const wanted = textOf(formOf(call), 'enabled') || (call.request.url.searchParams.get('enabled') ?? '');
  const verb = wanted === 'true' ? 'enable' : 'disable';
  const [{ state }, plan] = await Promise.all([lifecycle.get(id), lifecycle.plan(id, verb)]);
  return needsConsent(plan, state) ? goTo(`/plugins/${id}/plan?verb=${verb}`) : perform(call, lifecycle, verb);
}

/** `GET /plugins/:id/plan?verb=`: what would happen, before it does. */
export async function showPlan(call: PageCall, lifecycle: PluginLifecycle): Promise<PageAnswer> {
  const { t, render } = call;
  const verb = verbOf(call.request.url.searchParams.get('verb') ?? '');
  const { title } = translated(call, await lifecycle.get(idOf(call)));
  const plan = await lifecycle.plan(idOf(call), verb);
  const heading = t(`plugins.verb.${verb}.title`, { name: title });
  const html = render('core:plugins/plan', { heading, ...planView(call, plan) });
  const breadcrumbs = [
    { label: t('plugins.title'), href: '/plugins' },
    { label: title, href: `/plugins/${plan.plugin}` },
    { label: t(`plugins.verb.${verb}.label`) },
  ];
  return showPage({ title: heading, breadcrumbs, blocks: [{ name: 'plan', html }] });
}

/** `POST /plugins/:id/plan`: does what the plan said, others that have to go along included. */
export function confirmPlan(call: PageCall, lifecycle: PluginLifecycle): Promise<PageAnswer> {
  return perform(call, lifecycle, verbOf(textOf(formOf(call), 'verb')));
}

/** Others go along, something stands in the way, or a new plugin asks for rights on others' records. */
function needsConsent({ together, obstacles, capabilities }: Plan, state: PluginState): boolean {
  return together.length + obstacles.length > 0 || (state === 'staged' && capabilities.length > 0);
}

const verbs: readonly PlannedVerb[] = ['enable', 'disable', 'upgrade', 'remove', 'restore', 'purge'];

function verbOf(text: string): PlannedVerb {
  const verb = verbs.find((known) => known === text);
  if (verb === undefined) throw new MalformedError('unknown_verb');
  return verb;
}

function planView({ t }: PageCall, plan: Plan): object {
  const { verb, plugin, steps, together, capabilities, rows, obstacles } = plan;
  return {
    verb,
    steps,
    together,
    capabilities,
    obstacles,
    rows: Object.entries(rows)
      .filter(([, count]) => count > 0)
      .map(([table, count]) => ({ table, count })),
    action: `/plugins/${plugin}/plan`,
    cancelHref: `/plugins/${plugin}`,
    submitLabel: t(`plugins.verb.${verb}.label`),
    isDanger: verb === 'remove' || verb === 'purge',
  };
}

async function perform(call: PageCall, lifecycle: PluginLifecycle, verb: PlannedVerb): Promise<PageAnswer> {
  const id = idOf(call);
  const { title } = translated(call, await lifecycle.get(id));
  const actor = actorKey(call.request.identity);
  try {
    await acts[verb](lifecycle, id, actor);
  } catch (error) {
    if (!isTrellisError(error)) throw error;
    return goTo(`/plugins/${id}`, { text: refusalText(call, error), tone: 'bad' });
  }
  const text = call.t(`plugins.verb.${verb}.done`, { name: title });
  if (verb === 'enable' || verb === 'disable')
    return goTo('/plugins', { text, undoAction: `/plugins/${id}/activation?enabled=${String(verb === 'disable')}` });
  return goTo('/plugins', { text });
}

type Act = (lifecycle: PluginLifecycle, id: string, actor: string) => Promise<unknown>;

const acts: Readonly<Record<PlannedVerb, Act>> = {
  enable: (lifecycle, id, actor) => lifecycle.enable(id, actor, { withRequired: true }),
  disable: (lifecycle, id, actor) => lifecycle.disable(id, actor, { withDependents: true }),
  upgrade: (lifecycle, id, actor) => lifecycle.upgrade(id, actor),
  remove: (lifecycle, id, actor) => lifecycle.remove(id, actor),
  restore: (lifecycle, id, actor) => lifecycle.restore(id, actor),
  purge: (lifecycle, id, actor) => lifecycle.purge(id, actor),
};

function idOf({ request }: PageCall): string {
  return request.params['id'] ?? '';
}
