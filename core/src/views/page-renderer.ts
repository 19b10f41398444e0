import { cutHoles, hole, markupHole, type HoledMarkup } from './holed-markup.js';
import type { Kept } from './kept.js';
import type { Breadcrumb, MenuEntry, PageBlock, PageModel, ShellModel } from './page-model.js';
import { SafeHtml } from './safe-html.js';
import type { ViewEnv } from './view-env.js';

/** How an engine renders. */
export interface Drawing {
  readonly render: (template: string, context: object, env: FrameEnv) => SafeHtml;
  readonly fragments: Kept<SafeHtml>;
  readonly holed: Kept<HoledMarkup>;
}

/** Renders a whole document: head, shell where the layout has one, and the blocks in their columns. */
export function renderDocument(drawing: Drawing, page: PageModel, env: ViewEnv, shell?: ShellModel): SafeHtml {
  const content = renderBlocks(drawing, page.blocks, env);
  const { actions, toast, layout, title, breadcrumbs = [] } = page;
  const user = env.user && drawUser(drawing, env, env.user);
  const inbox = drawInbox(drawing, env, env.user?.unread);
  const framed = { layout, title, breadcrumbs, content, user, inbox, shell };
  if (actions !== undefined || toast !== undefined) return drawDocument(drawing, { ...framed, actions, toast }, env);
  const { locale, timeZone, currency, theme, areKeysOff } = env;
  const hrefs = breadcrumbs.map(({ href }) => href !== undefined);
  // All that the frame depends on, but for what is filled in: what belongs to the reader and to the page.
  const about = {
    layout,
    hrefs,
    isUser: user !== undefined,
    hasInbox: inbox !== undefined,
    locale,
    timeZone,
    currency,
    theme,
    areKeysOff,
  };
  const key = JSON.stringify(about) + shellKey(shell);
  const frame = drawing.holed.of(`document ${key}`, () =>
    cutHoles(
      drawDocument(drawing, openFrame(framed), { locale, timeZone, currency, theme, areKeysOff, csrfToken: hole(1) }),
    ),
  );
  const crumbs = breadcrumbs.flatMap(({ label, href = '' }) => [label, href]);
  return frame.fill([content, env.csrfToken, title, user ?? '', inbox ?? '', ...crumbs]);
}

/** A reader's menu is the same object on many pages. */
function shellKey(shell: ShellModel | undefined): string {
  if (shell === undefined) return '';
  const { menu, ...rest } = shell;
  let key = menuKeys.get(menu);
  if (key === undefined) menuKeys.set(menu, (key = JSON.stringify(menu)));
  return JSON.stringify(rest) + key;
}

const menuKeys = new WeakMap<ShellModel['menu'], string>();

function drawUser({ render, fragments }: Drawing, env: ViewEnv, user: NonNullable<ViewEnv['user']>): SafeHtml {
  const { name, href } = user;
  return fragments.of(`user ${JSON.stringify([name, href])}`, () => render('core:layouts/_user', { name, href }, env));
}

function drawInbox({ render, fragments }: Drawing, env: ViewEnv, count: number | undefined): SafeHtml | undefined {
  if (count === undefined) return undefined;
  return fragments.of(`inbox ${env.locale} ${count}`, () => render('core:layouts/_inbox', { count }, env));
}

/** Neither the address, the moment nor the reader is known to a frame that is kept: a layout that printed one would fail. */
type FrameEnv = Omit<ViewEnv, 'url' | 'now' | 'user'>;

interface Framed extends Pick<PageModel, 'layout' | 'title'> {
  readonly breadcrumbs: readonly Breadcrumb[];
  readonly actions?: SafeHtml | undefined;
  readonly toast?: SafeHtml | undefined;
  readonly content: SafeHtml;
  /** Who is signed in. */
  readonly user: SafeHtml | undefined;
  /** The way to their inbox, with what wants attention. */
  readonly inbox: SafeHtml | undefined;
  readonly shell: ShellModel | undefined;
}

function openFrame({ breadcrumbs, user, inbox, ...framed }: Framed): Framed {
  return {
    ...framed,
    title: hole(2),
    content: markupHole(0),
    user: user && markupHole(3),
    inbox: inbox && markupHole(4),
    breadcrumbs: breadcrumbs.map(({ href }, step) => ({
      label: hole(5 + 2 * step),
      ...(href !== undefined && { href: hole(6 + 2 * step) }),
    })),
  };
}

function drawDocument({ render }: Drawing, { shell, ...framed }: Framed, env: FrameEnv): SafeHtml {
  const context = {
    ...framed,
    shell: shell && { ...shell, tabs: tabsOf(shell), user: framed.user, inbox: framed.inbox },
    workspaceName: shell?.workspaceName,
    liveHref: shell?.liveHref,
  };
  const body = render(`core:layouts/${framed.layout}`, context, env);
  return render('core:layouts/document', { ...context, body }, env);
}

/** Renders what htmx swaps in: title and blocks, or the one block a form or list asked for. */
export function renderFragment(drawing: Drawing, page: PageModel, env: ViewEnv, block?: string): SafeHtml {
  const blocks = block === undefined ? page.blocks : page.blocks.filter(({ name }) => name === block);
  const content =
    block === undefined
      ? renderBlocks(drawing, blocks, env)
      : SafeHtml.trust(blocks.map(({ html }) => html.toHTML()).join(''));
  return drawing.render('core:layouts/fragment', { title: page.title, toast: page.toast, content }, env);
}

/** The frame around blocks depends on their names and columns only. */
function renderBlocks({ render, holed }: Drawing, blocks: readonly PageBlock[], env: ViewEnv): SafeHtml {
  const key = `blocks ${blocks.map(({ name, column = '' }) => `${name}:${column}`).join()}`;
  const frame = holed.of(key, () => {
    const open = blocks.map((block, number) => ({ ...block, html: markupHole(number) }));
    return cutHoles(render('core:layouts/blocks', arranged(open), env));
  });
  return frame.fill(blocks.map(({ html }) => html));
}

function arranged(blocks: readonly PageBlock[]): object {
  const inColumns = blocks.filter(isInColumn);
  const last = blocks.findLastIndex(isInColumn);
  const columns = columnNames
    .map((name) => ({ name, blocks: inColumns.filter(({ column }) => column === name) }))
    .filter((column) => column.blocks.length > 0);
  return {
    above: blocks.filter((block, index) => !isInColumn(block) && index < Math.max(last, 0)),
    columns,
    below: blocks.filter((block, index) => !isInColumn(block) && index >= Math.max(last, 0)),
    arrangement: columns.map(({ name }) => name).join('-'),
  };
}

function isInColumn({ column }: PageBlock): boolean {
  return columnNames.some((name) => name === column);
}

const columnNames = ['details', 'main', 'side'] as const;

function tabsOf(shell: ShellModel): readonly MenuEntry[] {
  return shell.tabs ?? shell.menu.flatMap((group) => group.items).slice(0, 4);
}
