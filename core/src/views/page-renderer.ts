import type { MenuEntry, PageBlock, PageModel, ShellModel } from './page-model.js';
import { SafeHtml } from './safe-html.js';
import type { ViewEnv } from './view-env.js';

/** Renders one template; the engine's own `render`. */
export type Render = (template: string, context: object, env: ViewEnv) => SafeHtml;

/** Renders a whole document: head, shell where the layout has one, and the blocks in their columns. */
export function renderDocument(render: Render, page: PageModel, env: ViewEnv, shell?: ShellModel): SafeHtml {
  const context = {
    title: page.title,
    breadcrumbs: page.breadcrumbs ?? [],
    actions: page.actions,
    toast: page.toast,
    content: renderBlocks(render, page.blocks, env),
    shell: shell && { ...shell, tabs: tabsOf(shell) },
    workspaceName: shell?.workspaceName,
    liveHref: shell?.liveHref,
  };
  const body = render(`core:layouts/${page.layout}`, context, env);
  return render('core:layouts/document', { ...context, layout: page.layout, body }, env);
}

/** Renders what htmx swaps in: title and blocks, or the one block a form or list asked for. */
export function renderFragment(render: Render, page: PageModel, env: ViewEnv, block?: string): SafeHtml {
  const blocks = block === undefined ? page.blocks : page.blocks.filter(({ name }) => name === block);
  const content =
    block === undefined
      ? renderBlocks(render, blocks, env)
      : SafeHtml.trust(blocks.map(({ html }) => html.toHTML()).join(''));
  return render('core:layouts/fragment', { title: page.title, toast: page.toast, content }, env);
}

function renderBlocks(render: Render, blocks: readonly PageBlock[], env: ViewEnv): SafeHtml {
  const inColumns = blocks.filter(isInColumn);
  const last = blocks.findLastIndex(isInColumn);
  const columns = columnNames
    .map((name) => ({ name, blocks: inColumns.filter(({ column }) => column === name) }))
    .filter((column) => column.blocks.length > 0);
  const context = {
    above: blocks.filter((block, index) => !isInColumn(block) && index < Math.max(last, 0)),
    columns,
    below: blocks.filter((block, index) => !isInColumn(block) && index >= Math.max(last, 0)),
    arrangement: columns.map(({ name }) => name).join('-'),
  };
  return render('core:layouts/blocks', context, env);
}

function isInColumn({ column }: PageBlock): boolean {
  return columnNames.some((name) => name === column);
}

const columnNames = ['details', 'main', 'side'] as const;

function tabsOf(shell: ShellModel): readonly MenuEntry[] {
  return shell.tabs ?? shell.menu.flatMap((group) => group.items).slice(0, 4);
}
