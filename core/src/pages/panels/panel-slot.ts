import { NotFoundError, PluginError, type Panel } from '@trellis-crm/sdk';
import type { SafeHtml } from '../../views/safe-html.js';
import { callModule, mapAtMost } from '../module-call.js';
import type { PageCall } from '../page-call.js';

/** A panel of a slot, as a block of the page. */
export interface PanelBlock {
  readonly name: string;
  readonly html: SafeHtml;
}

type OwnedPanel = Panel & { readonly module: string };

/** Panels of a slot that this person may see, in order. */
export function panelsFor({ request }: PageCall, slot: string): readonly OwnedPanel[] {
  const panels = request.generation.panels.get(slot) ?? [];
  return panels.filter(({ permission }) => request.identity.reach(permission) !== null);
}

/** Each panel as a skeleton that fetches itself from `<base>/panels/<module>/<panel>`, so that none holds up the page. */
export function waitingPanels(call: PageCall, slot: string, base: string): PanelBlock[] {
  return panelsFor(call, slot).map((panel) => {
    const src = `${base}/panels/${panel.module}/${panel.id}`;
    return { name: panelName(panel), html: renderPanel(call, panel, { src }) };
  });
}

/** All panels of a slot, side by side, at most three at a time; one that fails or lags shows that it is unavailable. */
export async function loadedPanels(call: PageCall, slot: string, context: object): Promise<PanelBlock[]> {
  const made = await mapAtMost(3, panelsFor(call, slot), async (panel) => ({
    name: panelName(panel),
    html: await loadPanel(call, panel, context),
  }));
  return made.flatMap(({ name, html }) => (html === null ? [] : { name, html }));
}

/**
 * One panel of a slot; null when it has nothing to show, or went away with its module while the page stood open.
 * @throws NotFoundError for one that is not there for this person, when it is asked for as a page
 */
export async function loadedPanel(call: PageCall, slot: string, context: object): Promise<SafeHtml | null> {
  const { params, isPartial } = call.request;
  const { module, panel: id } = params;
  const panel = panelsFor(call, slot).find((candidate) => candidate.module === module && candidate.id === id);
  if (panel === undefined && isPartial) return null;
  if (panel === undefined) throw new NotFoundError('panel_not_found');
  return loadPanel(call, panel, context);
}

const defaultTimeoutMs = 2000;

async function loadPanel(call: PageCall, panel: OwnedPanel, context: object): Promise<SafeHtml | null> {
  const { request, render } = call;
  const { module, id, template, timeoutMs = defaultTimeoutMs } = panel;
  const outcome = await callModule(call, { module, what: `panel ${id}`, timeoutMs }, async (ctx) => {
    const shown = await panel.load(ctx, context);
    return shown && assertShort(panel, render(`${module}:${template}`, shown));
  });
  if (!outcome.isDone) return renderPanel(call, panel, { isUnavailable: true, requestId: request.requestId });
  return outcome.value === null ? null : renderPanel(call, panel, { body: outcome.value });
}

/** Longest panel in characters: a card among others, on every record. */
const maxPanelLength = 512 * 1024;

function assertShort({ module, id }: OwnedPanel, html: SafeHtml): SafeHtml {
  const { length } = html.toHTML();
  if (length <= maxPanelLength) return html;
  const message = `Panel ${id} of ${module} has ${length} characters, more than ${maxPanelLength}`;
  throw new PluginError('panel_too_long', { module, panel: id }, { message });
}

function renderPanel({ render, t }: PageCall, panel: OwnedPanel, state: object): SafeHtml {
  const { module, id, title, icon } = panel;
  const view = {
    id: `${module}-${id}`,
    title: t(`${module}:${title}`),
    ...(icon === undefined ? {} : { icon }),
    ...sourceOf(module, t),
    ...state,
  };
  return render('ui-panel', view);
}

function sourceOf(module: string, t: PageCall['t']): { source?: string } {
  return module === 'core' ? {} : { source: t(`${module}:plugin.name`) };
}

function panelName({ module, id }: OwnedPanel): string {
  return `panel-${module}-${id}`;
}
