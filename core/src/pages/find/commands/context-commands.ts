import { isTrellisError } from '@trellis-crm/sdk';
import type { CompiledEntity } from '../../../records/compiled-entity.js';
import { titleOf, type RecordValues } from '../../fields/entity-field.js';
import { isWithout } from '../../list/list-view.js';
import type { EntityCall, PageCall } from '../../page-call.js';
import type { CommandView } from './command-view.js';
import { contributedCommands } from './contributed-commands.js';
import { recordCommands } from './record-commands.js';

/** What can be done with what one looks at. */
export interface ContextCommands {
  /** Name of the record or list. */
  readonly title: string;
  readonly commands: readonly CommandView[];
}

/** Commands about the record or list at an address of this site; null when it is the address of neither, or of a record one may not read. */
export async function contextCommands(call: PageCall, at: string): Promise<ContextCommands | null> {
  const { generation, identity } = call.request;
  const match = generation.match('GET', at);
  if (match.kind !== 'found') return null;
  const { path } = match.endpoint;
  const entity = [...generation.entities.values()].find((one) => isPageOf(one, path));
  if (entity === undefined || identity.reach(`${entity.definition.id}:read`) === null) return null;
  if (!path.startsWith(`/${entity.path}/:id`)) return listCommands(call, entity);
  const { id = '' } = match.params;
  return uuid.test(id) ? commandsOfRecord({ ...call, entity }, id) : null;
}

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The API's addresses begin with its own path. */
function isPageOf(entity: CompiledEntity, page: string): boolean {
  const { path } = entity;
  return !isWithout(entity, 'pages') && (page === `/${path}` || page.startsWith(`/${path}/`));
}

type Verb = 'create' | 'update' | 'delete' | 'import';

function listCommands(call: PageCall, entity: CompiledEntity): ContextCommands {
  const { t, labels, request } = call;
  const { definition, path } = entity;
  const may = (verb: Verb): boolean =>
    request.identity.reach(`${definition.id}:${verb}`) !== null && !isWithout(entity, verb);
  const words = { entity: labels.oneInText(definition), entities: labels.manyInText(definition) };
  const board =
    definition.views?.board === undefined
      ? []
      : [{ label: t('list.asBoard'), icon: 'layout-kanban', href: `/${path}/board` }];
  return {
    title: labels.many(definition),
    commands: [
      ...(may('create') ? [{ label: t('list.new', words), icon: 'plus', href: `/${path}/new`, shortcut: 'n' }] : []),
      ...board,
      ...(may('import')
        ? [{ label: t('list.import', words), icon: 'file-import', href: `/imports?entity=${definition.id}` }]
        : []),
      ...(may('delete') ? [{ label: t('trash.title'), icon: 'trash', href: `/${path}/trash` }] : []),
      ...contributedCommands(call, { entity: definition.id, on: 'list' }),
    ],
  };
}

async function commandsOfRecord(call: EntityCall, id: string): Promise<ContextCommands | null> {
  const { ctx, t, entity } = call;
  const { definition, path } = entity;
  const record = await recordAt(call, entity, id);
  if (record === null) return null;
  const may = (verb: Verb): boolean => ctx.can(`${definition.id}:${verb}`, record) && !isWithout(entity, verb);
  const title = titleOf(entity, record);
  // By its own name the record is looked for, not what can be done with it.
  const named = (key: string): Pick<CommandView, 'label' | 'words'> => ({
    label: t(key, { name: title }),
    words: t(key, { name: '' }),
  });
  const edit = { ...named('list.edit'), icon: 'pencil', href: `/${path}/${id}/edit`, shortcut: 'e' };
  const trash = { ...named('palette.trash'), icon: 'trash', action: `/${path}/${id}/trash` };
  return {
    title,
    commands: [
      ...(may('update') ? [edit] : []),
      ...(await recordCommands(call, record)),
      ...contributedCommands(call, { entity: definition.id, on: 'record' }, { ...record, id }),
      ...(may('delete') ? [trash] : []),
    ],
  };
}

/** A record that is absent or hidden has no commands. */
async function recordAt({ ctx }: PageCall, { definition }: CompiledEntity, id: string): Promise<RecordValues | null> {
  try {
    return await ctx.records(definition).get(id);
  } catch (error) {
    if (isTrellisError(error) && error.kind === 'not-found') return null;
    throw error;
  }
}
