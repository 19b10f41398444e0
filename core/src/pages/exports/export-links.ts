import type { CompiledEntity } from '../../records/compiled-entity.js';
import { columnsOf } from '../list/list-columns.js';
import { listParams, type ListState } from '../list/list-state.js';
import type { EntityCall } from '../page-call.js';

/** The file formats a list can be saved in, for a menu. @param query what {@link exportQuery} makes */
export function exportLinks({ t, entity }: EntityCall, query: string): object[] {
  const href = (format: string): string => `/api/v1/${entity.path}/export?format=${format}&labels=true${query}`;
  return [
    {
      items: [
        { label: t('exports.csv'), icon: 'file', href: href('csv&bom=true') },
        { label: t('exports.xlsx'), icon: 'table', href: href('xlsx') },
      ],
    },
  ];
}

/** The list's columns, filters and order as further parameters. */
export function exportQuery(entity: CompiledEntity, state: ListState): string {
  const fields = columnsOf(entity, state).map(({ path }) => path);
  const params = new URLSearchParams([['fields', fields.join()], ...listParams({ ...state, after: null })]);
  return `&${params.toString()}`;
}
