import { cutHoles, hole } from '../../views/holed-markup.js';
import type { SafeHtml } from '../../views/safe-html.js';
import type { EntityCall } from '../page-call.js';
import type { ActivityView } from './activity-view.js';

/**
 * Draws an activity. Those that differ in their words only have the same markup, which is rendered once with the words left open: twenty
 * of them stand on a page, each with a menu of its own.
 */
export function drawActivity({ env, request }: EntityCall, view: ActivityView): SafeHtml {
  const words: string[] = [];
  const open = (word: string): string => hole(words.push(word) - 1);
  const shape = openWords(view, open) as ActivityView;
  const drawn = { ...env, csrfToken: open(env.csrfToken) };
  const { holed, render } = request.generation.views;
  return holed
    .of(`activity ${env.locale} ${JSON.stringify(shape)}`, () =>
      cutHoles(render('core:timeline/_activity', shape, drawn)),
    )
    .fill(words);
}

/** What is looked up or is the same for all: it belongs to the shape. */
const fixed: ReadonlySet<string> = new Set(['icon', 'label']);

/** The same with a hole in place of each text but empty ones, which decide what is shown. */
function openWords(value: unknown, open: (word: string) => string): unknown {
  if (typeof value === 'string') return value === '' ? value : open(value);
  if (Array.isArray(value)) return value.map((one) => openWords(one, open));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [name, fixed.has(name) ? part : openWords(part, open)]),
  );
}
