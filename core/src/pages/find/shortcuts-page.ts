import type { Endpoint } from '../../http/endpoint.js';
import type { PageBlock } from '../../views/page-model.js';
import { textOf } from '../fields/form-reader.js';
import { formOf } from '../form/plain-form.js';
import type { PageCall, PageDeps } from '../page-call.js';
import { goTo, pageEndpoint, showPage, showPart, type PageAnswer } from '../page-endpoint.js';
import { pageShell } from '../page-shell.js';

/** The sheet of all shortcuts, and the switch for those of a single key. */
export function shortcutPages(deps: PageDeps): readonly Endpoint[] {
  return [
    pageEndpoint(deps, 'GET /me/shortcuts', { access: 'signed-in', handle: async (call) => showSheet(call) }),
    pageEndpoint(deps, 'POST /me/shortcuts', { access: 'signed-in', handle: async (call) => switchKeys(call) }),
  ];
}

/** The switch on the page about oneself: keys of one letter get in the way of speech input and unsteady hands (WCAG 2.1.4). */
export function shortcutsBlock({ render, env }: PageCall): PageBlock {
  return { name: 'shortcuts', column: 'side', html: render('core:me/shortcuts', { isOn: env.areKeysOff !== true }) };
}

function showSheet(call: PageCall): PageAnswer {
  const { t, render, request, env } = call;
  const html = render('core:find/shortcuts', { groups: sheetGroups(call), isOn: env.areKeysOff !== true });
  const title = t('shortcuts.title');
  if (request.isPartial) return showPart(render('ui-dialog-content', { title, body: html }));
  const blocks = [
    { name: 'header', html: render('ui-page-head', { title }) },
    { name: 'shortcuts', html: render('ui-card', { body: html }) },
  ];
  return showPage({ title, breadcrumbs: [{ label: t('me.title'), href: '/me' }, { label: title }], blocks });
}

/** Kept by the browser, like light and dark: which keys get in the way depends on what one types them with. */
function switchKeys(call: PageCall): PageAnswer {
  const isOn = textOf(formOf(call), 'enabled') !== 'false';
  const text = call.t(isOn ? 'shortcuts.on' : 'shortcuts.off');
  return goTo('/me', { text }, [
    { name: 'shortcuts', value: isOn ? null : 'off', ...(!isOn && { maxAgeSeconds: year }) },
  ]);
}

const year = 31_536_000;

interface SheetGroup {
  readonly label: string;
  readonly keys: readonly { readonly label: string; readonly keys: readonly string[] }[];
}

function sheetGroups(call: PageCall): readonly SheetGroup[] {
  const { t } = call;
  const keys = (entries: readonly (readonly [text: string, ...keys: readonly string[]])[]): SheetGroup['keys'] =>
    entries.map(([label, ...those]) => ({ label: t(label), keys: those }));
  const places = pageShell(call)
    .menu.flatMap(({ items }) => items)
    .flatMap(({ label, shortcut }) =>
      shortcut === undefined ? [] : { label, keys: shortcut.toUpperCase().split(' ') },
    );
  return [
    { label: t('shortcuts.everywhere'), keys: keys(everywhere) },
    { label: t('shortcuts.lists'), keys: keys(inLists) },
    { label: t('shortcuts.goTo'), keys: places },
  ];
}

const everywhere = [
  ['shortcuts.palette', '⌘ K'],
  ['shortcuts.search', '/'],
  ['shortcuts.edit', 'E'],
  ['shortcuts.sheet', '?'],
  ['shortcuts.close', 'Esc'],
] as const;

const inLists = [
  ['shortcuts.new', 'N'],
  ['shortcuts.next', 'J'],
  ['shortcuts.previous', 'K'],
  ['shortcuts.open', 'O'],
  ['shortcuts.select', 'X'],
] as const;
