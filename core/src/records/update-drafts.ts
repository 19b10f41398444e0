import { isDeepStrictEqual } from 'node:util';
import { ValidationError, type Id } from '@trellis-crm/sdk';
import type { CompiledEntity } from './compiled-entity.js';
import { isLinks, newLinks, unknownLinks } from './links.js';
import { parseOptions, pointerOf, prefixProblems, tryParsePatch, type RecordValues } from './parse-input.js';
import { valuesOf, type PresentedRecord } from './present-record.js';
import type { RecordScope } from './record-scope.js';
import type { TeamsByUser } from './references.js';
import type { WrittenRecord } from './writes/run-write.js';
import type { StoredRecord } from './writes/write-rows.js';

/** One record to change. */
export interface RecordUpdate {
  readonly id: Id;
  readonly patch: unknown;
  /** Refuses when the record has another version. */
  readonly version?: number | undefined;
}

/** A change worked out: the record before, and all its values after. */
export interface UpdateDraft extends StoredRecord {
  /** Values before. */
  readonly old: ReadonlyMap<string, unknown>;
  readonly before: PresentedRecord;
  readonly prefix: string;
}

/** What one record is to get. */
export interface Patch {
  readonly values: RecordValues;
  readonly prefix: string;
}

/** Several patches of one record count as one, in their order. */
export function parsePatches(
  scope: RecordScope,
  entity: CompiledEntity,
  updates: readonly RecordUpdate[],
): ReadonlyMap<Id, Patch> {
  // Whether links lead anywhere is asked once it is known which of them are new.
  const options = { ...parseOptions(scope, entity), isEntity: () => true };
  const parsed = updates.map(({ patch }) => tryParsePatch(entity, patch, options));
  const prefixOf = (position: number): string => (updates.length === 1 ? '' : `/${position}`);
  const errors = parsed.flatMap(({ problems }, position) => prefixProblems(problems, prefixOf(position)));
  if (errors.length > 0) throw new ValidationError('invalid_record', {}, { errors });
  const patches = new Map<Id, Patch>();
  for (const [position, { values }] of parsed.entries()) {
    const id = updates[position]?.id.toLowerCase() ?? '';
    patches.set(id, { values: new Map([...(patches.get(id)?.values ?? []), ...values]), prefix: prefixOf(position) });
  }
  return patches;
}

/** Works out what a patch changes; nothing when no value differs. @throws ValidationError for new links to an entity that there is not */
export function draftOf(
  scope: RecordScope,
  entity: CompiledEntity,
  {
    before,
    patch,
    prefix,
  }: { readonly before: PresentedRecord; readonly patch: RecordValues; readonly prefix: string },
): UpdateDraft {
  const old = valuesOf([...entity.fields.values()], before);
  const changed = new Set(
    [...patch].filter(([path, value]) => !isDeepStrictEqual(value, old.get(path))).map(([path]) => path),
  );
  refuseUnknownLinks(scope, entity, { old, patch, prefix, changed });
  if (changed.size === 0) return { id: before.id, before, old, prefix, changed, values: old };
  const written = [
    ['version', Number(before['version']) + 1],
    ['updatedAt', scope.clock.now().toISOString()],
    ['updatedBy', scope.identity.userId],
  ] as const;
  return { id: before.id, before, old, prefix, changed, values: new Map([...old, ...patch, ...written]) };
}

/** A link that a record has stays, also while the module of what it leads to is not active. */
function refuseUnknownLinks(
  { generation }: RecordScope,
  entity: CompiledEntity,
  { old, patch, prefix, changed }: Pick<UpdateDraft, 'old' | 'prefix' | 'changed'> & { readonly patch: RecordValues },
): void {
  const errors = entity.referring
    .filter(({ field, path }) => isLinks(field) && changed.has(path))
    .flatMap((field) => {
      const links = newLinks(patch, old, field.path);
      return unknownLinks(links, `${prefix}${pointerOf(field)}`, (id) => generation.entities.has(id));
    });
  if (errors.length > 0) throw new ValidationError('invalid_record', {}, { errors });
}

/** A record moves to its new owner's primary team. */
export function withTeam(draft: UpdateDraft, teams: TeamsByUser): UpdateDraft {
  if (!draft.changed.has('owner')) return draft;
  const owner = draft.values.get('owner');
  const team = typeof owner === 'string' ? (teams.get(owner) ?? null) : null;
  const changed = team === draft.values.get('team') ? draft.changed : new Set([...draft.changed, 'team']);
  return { ...draft, changed, values: new Map([...draft.values, ['team', team]]) };
}

/** What the statement and history need of a draft. */
export function writtenOf(draft: UpdateDraft): WrittenRecord {
  const { id, old, values, changed, before } = draft;
  const changes = Object.fromEntries(
    [...changed].map((path) => [path, { from: old.get(path) ?? null, to: values.get(path) ?? null }]),
  );
  return { id, stored: draft, before: Number(before['version']), changes, cause: null };
}
