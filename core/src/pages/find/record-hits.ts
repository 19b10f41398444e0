import { isTrellisError } from '@trellis-crm/sdk';
import type { CompiledEntity } from '../../records/compiled-entity.js';
import type { RecentRecord } from '../../records/recent/recent-records.js';
import type { SearchHit } from '../../records/search/search-records.js';
import { readApi } from '../api-client.js';
import { isWithout } from '../list/list-view.js';
import type { PageCall } from '../page-call.js';

/** A record that can be opened, as lists of hits show it. */
export interface HitView {
  readonly title: string;
  readonly href: string;
  readonly icon: string;
  /** Where it was found, when its title does not say; else null. */
  readonly match: string | null;
  readonly isSimilar: boolean;
  /** Kind of record, in the reader's language. */
  readonly kind: string;
  readonly entity: string;
  readonly id: string;
}

/** Hits of one kind of record. */
export interface HitGroup {
  readonly id: string;
  readonly label: string;
  readonly icon: string;
  readonly hits: readonly HitView[];
}

/** What was found, or that it cannot be looked for: too long, or nothing but signs. */
export type Found = { readonly hits: readonly HitView[] } | { readonly problem: string };

/** How many hits are wanted altogether, and of each kind; of one kind alone when `entity` names it. */
export interface WantedHits {
  readonly all: number;
  readonly each: number;
  readonly entity?: string;
}

/** Records of kinds that have pages, best first. */
export async function findHits(call: PageCall, q: string, { all, each, entity }: WantedHits): Promise<Found> {
  try {
    const query = { q, limit: String(all), perEntity: String(each), ...(entity !== undefined && { entity }) };
    const { data } = await readApi<{ readonly data: readonly SearchHit[] }>(call, '/search', query);
    return { hits: data.flatMap((hit) => hitView(call, hit)) };
  } catch (error) {
    if (!isTrellisError(error) || error.code !== 'invalid_query') throw error;
    return { problem: call.t('find.impossible') };
  }
}

/** What this person opened last. */
export async function recentHits(call: PageCall, most: number): Promise<readonly HitView[]> {
  const { data } = await readApi<{ readonly data: readonly RecentRecord[] }>(call, '/me/recent', {
    limit: String(most),
  });
  return data.flatMap((recent) => hitView(call, { ...recent, match: null, isSimilar: false }));
}

/** By kind of record, in the order in which the kinds first appear; hits by another spelling stand apart, after the others. */
export function groupHits(call: PageCall, hits: readonly HitView[]): readonly HitGroup[] {
  const groups = new Map<string, HitView[]>();
  for (const hit of hits) groups.set(hit.entity, [...(groups.get(hit.entity) ?? []), hit]);
  return [...groups].flatMap(([id, found]) => {
    const entity = call.request.generation.entities.get(id)?.definition;
    if (entity === undefined) return [];
    return { id, label: call.labels.many(entity), icon: entity.icon ?? 'box', hits: found };
  });
}

type Shown = Pick<SearchHit, 'entity' | 'id' | 'title' | 'match' | 'isSimilar'>;

function hitView({ request, labels }: PageCall, hit: Shown): HitView[] {
  const entity: CompiledEntity | undefined = request.generation.entities.get(hit.entity);
  if (entity === undefined || isWithout(entity, 'pages')) return [];
  const { definition, path } = entity;
  const kind = labels.one(definition);
  return [
    {
      title: hit.title ?? kind,
      href: `/${path}/${hit.id}`,
      icon: definition.icon ?? 'box',
      match: hit.match,
      isSimilar: hit.isSimilar,
      kind,
      entity: hit.entity,
      id: hit.id,
    },
  ];
}
