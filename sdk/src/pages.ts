import type { Static, TObject, TSchema } from '@sinclair/typebox';
import type { Context } from './context.js';
import type { Access } from './routes.js';

/** What a page handler gives back: a view of its templates, or where to go next. */
export type PageResult = PageView | PageRedirect;

/** Renders `template` (a file below the plugin's `views/`, without `.hbs`) inside the layout, or bare for an htmx request that asks for a part. */
export interface PageView {
  readonly kind: 'view';
  readonly template: string;
  /** Template context: plain values, formatted and translated. */
  readonly context: object;
  readonly title: string;
  readonly breadcrumbs?: readonly { readonly label: string; readonly href: string }[];
  /** Template of the part that htmx asked for; the page's own when left out. */
  readonly partial?: string;
  /** 422 shows the form again with its errors. */
  readonly status?: 200 | 422;
}

/** 303 to a path of this site, with a message shown there. */
export interface PageRedirect {
  readonly kind: 'redirect';
  readonly to: string;
  readonly toast?: string;
}

/** What a page handler reads. */
export interface PageRequest<Q = Readonly<Record<string, string>>, B = Readonly<Record<string, string>>> {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Q;
  /** Form fields without `_csrf`, `_version`, `_key`; empty for GET. */
  readonly form: B;
  /** `_version` of the form, when it carried one. */
  readonly version: number | undefined;
  /** htmx asked for a part of the page. */
  readonly isPartial: boolean;
}

/** One page or form target below `/<plugin>`. */
export interface PageDefinition<Q = unknown, B = unknown> {
  readonly access: Access;
  readonly params?: Readonly<Record<string, TSchema>>;
  readonly query?: Q;
  readonly form?: B;
  /** What the `_key` of a form does: as for the routes. */
  readonly idempotency?: 'answer' | 'once';
  handle(ctx: Context, request: PageRequest<Shape<Q>, Shape<B>>): Promise<PageResult>;
}

type Shape<S> = S extends TSchema ? Static<S> : Readonly<Record<string, string>>;

/** GET shows, POST acts: pages know no other method. */
export type PageKey = `${'GET' | 'POST'} /${string}`;

/** Pages of a plugin by method and path. */
export type PageMap = Readonly<Record<PageKey, PageDefinition>>;

/** Describes one page so that query and form of its handler are typed from the schemas. @since 0.1.0 */
export function page<Q extends TObject | undefined = undefined, B extends TObject | undefined = undefined>(
  definition: PageDefinition<Q, B>,
): PageDefinition {
  // The host hands over only what these very schemas accepted, which the erased type cannot say.
  return definition;
}

/** Lists the pages of one noun. @since 0.1.0 */
export function definePages<const P extends PageMap>(pages: P): P {
  return pages;
}

/** A view of one of the plugin's templates. @since 0.1.0 */
export function view(
  template: string,
  context: object,
  options: Omit<PageView, 'kind' | 'template' | 'context'>,
): PageView {
  return { kind: 'view', template, context, ...options };
}

/** On to another page after a form was taken. @since 0.1.0 */
export function redirect(to: string, toast?: string): PageRedirect {
  return toast === undefined ? { kind: 'redirect', to } : { kind: 'redirect', to, toast };
}
