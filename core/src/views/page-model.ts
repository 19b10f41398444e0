import type { SafeHtml } from './safe-html.js';

/** A page as plain data: ordered, named blocks that plugins may insert, replace or hide before it is rendered. */
export interface PageModel {
  /** Shown in the browser's title bar and, where the blocks bring no heading of their own, as the last breadcrumb. */
  readonly title: string;
  /** From the outermost list to this page; the last one needs no address. */
  readonly breadcrumbs?: readonly Breadcrumb[];
  /** `app` stands in the shell, `centered` is one narrow card (sign-in, set-up), `plain` is the blocks alone. */
  readonly layout: 'app' | 'centered' | 'plain';
  readonly blocks: readonly PageBlock[];
  /** Actions at the right of the top bar. */
  readonly actions?: SafeHtml;
  /** What just happened, from `ui-toast`; shown once. */
  readonly toast?: SafeHtml;
}

/** One step of the way to a page. */
export interface Breadcrumb {
  readonly label: string;
  readonly href?: string;
}

/** A named part of a page; it is the target `#block-<name>` for htmx. */
export interface PageBlock {
  readonly name: string;
  /** `header` and `full` (the default) span the page; `details`, `main` and `side` stand side by side where there is room. */
  readonly column?: 'header' | 'full' | 'details' | 'main' | 'side';
  readonly html: SafeHtml;
}

/** What surrounds every page of a signed-in person. */
export interface ShellModel {
  readonly workspaceName: string;
  readonly menu: readonly MenuGroup[];
  /** Something about the whole workspace that this person should know on every page. */
  readonly notice?: { readonly title: string; readonly text: string };
  /** At most five; shown at the bottom on phones. Without them the first four menu entries and "More" stand there. */
  readonly tabs?: readonly MenuEntry[];
  /** Event stream of what changes elsewhere; no live updates without it. */
  readonly liveHref?: string;
  /** Where search lives; no search button and no command palette without it. */
  readonly searchHref?: string;
  /** Single keys of commands that have no place on the page. */
  readonly keys?: readonly ShellKey[];
  /** The checklist of a new workspace; `undefined` when it is done. */
  readonly setup?: { readonly href: string; readonly done: number; readonly total: number; readonly next: string };
}

/** Keys that lead to a page, or send a form without fields to it. */
export interface ShellKey {
  /** One after the other: `g b`. */
  readonly shortcut: string;
  readonly href?: string;
  readonly action?: string | undefined;
}

/** Menu entries under one heading; the first group usually has none. */
export interface MenuGroup {
  readonly label?: string;
  readonly items: readonly MenuEntry[];
}

/** One place a person can go to. */
export interface MenuEntry {
  readonly label: string;
  readonly icon: string;
  readonly href: string;
  readonly isCurrent?: boolean;
  readonly count?: number;
  /** Single keys that lead there: `g a`. */
  readonly shortcut?: string;
  /** The count asks for attention (unread, overdue). */
  readonly isHot?: boolean;
}
