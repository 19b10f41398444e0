import { ForbiddenError, NotFoundError, type Id } from '@trellis-crm/sdk';
import type { Identity } from '../auth/identity.js';
import { targetFor } from './import-target.js';
import type { ImportParts } from './import-parts.js';
import { compileMapping } from './mapping/compile-mapping.js';
import { importableEntity, type ImportableEntity } from './mapping/entity-fields.js';
import type { ImportMapping } from './mapping/mapping.js';
import { entryPathOf, type ImportPlan } from './plan/import-plan.js';
import { mappingOf } from './plan/plan-mapping.js';
import type { Mappings, SavedMapping } from './saved-mappings.js';

/** A mapping that somebody keeps without a file. */
export type NewMapping = Pick<SavedMapping, 'name' | 'isShared' | 'plan'>;

/** Mappings that were kept, as somebody may know them: those of what they may import, without fields they may not fill. */
export interface KeptMappings {
  /** Own and shared ones, in the order in which they were made. @param after the last one seen */
  list(
    identity: Identity,
    page: { readonly entity?: string; readonly after?: Id; readonly limit: number },
  ): Promise<readonly SavedMapping[]>;
  /** @throws NotFoundError `mapping_not_found` */
  get(id: Id, identity: Identity): Promise<SavedMapping>;
  /**
   * Keeps one under a name; the same name again replaces it.
   * @throws ForbiddenError `not_a_user`, `may_not_import`, ValidationError, ConflictError `too_many_mappings`
   */
  keep(identity: Identity, mapping: NewMapping): Promise<SavedMapping>;
  /** What it means now, for a file. @throws NotFoundError `mapping_not_found` */
  mappingFor(id: Id, identity: Identity): Promise<ImportMapping>;
}

/** The mappings of a workspace, as the API gives them. */
export function keptMappings(parts: ImportParts, mappings: Mappings): KeptMappings {
  const known = (mapping: SavedMapping, identity: Identity): SavedMapping | null => {
    const target = importableEntity(parts.generation(), mapping.plan.entity, identity);
    return target === undefined ? null : { ...mapping, plan: knownPlan(mapping.plan, target) };
  };
  const get = async (id: Id, identity: Identity): Promise<SavedMapping> => {
    const found = await mappings.find(identity.userId, id);
    const mapping = found !== null && mayImport(identity, found.plan.entity) ? known(found, identity) : null;
    if (mapping === null) throw new NotFoundError('mapping_not_found', { id });
    return mapping;
  };
  return {
    get,
    async list(identity, { entity, after, limit }) {
      const all = [...parts.generation().entities.keys()].filter((id) => mayImport(identity, id));
      const entities = entity === undefined ? all : all.filter((id) => id === entity);
      const found = await mappings.list({ userId: identity.userId, entities, after: after ?? null, limit });
      return found.flatMap((mapping) => known(mapping, identity) ?? []);
    },
    async keep(identity, mapping) {
      const { userId } = identity;
      if (userId === null) throw new ForbiddenError('not_a_user');
      assertMeaning(parts, identity, mapping.plan);
      return get(await mappings.keep(userId, mapping), identity);
    },
    async mappingFor(id, identity) {
      const { plan } = await get(id, identity);
      return mappingOf(plan, targetFor(plan.entity, identity, parts), parts.generation());
    },
  };
}

function mayImport(identity: Identity, entity: string): boolean {
  return identity.reach(`${entity}:import` as 'core.account:import') !== null;
}

/** @throws ForbiddenError `may_not_import`, ValidationError with a pointer to each column that leads nowhere */
function assertMeaning(parts: ImportParts, identity: Identity, plan: ImportPlan): void {
  const generation = parts.generation();
  const mapping = mappingOf(plan, targetFor(plan.entity, identity, parts), generation);
  const keyColumn = plan.match.startsWith('externalId:') ? [plan.match.slice('externalId:'.length)] : [];
  const header = [...Object.keys(plan.columns), ...keyColumn];
  compileMapping(mapping, { generation, header, baseCurrency: parts.info().baseCurrency, importer: identity });
}

/** A shared mapping names no field that its reader must not know of. */
function knownPlan(plan: ImportPlan, { fields }: ImportableEntity): ImportPlan {
  const isKnown = (path: string): boolean => fields.has(path) || fields.has(entryPathOf(path)?.list ?? '');
  const columns = Object.entries(plan.columns).filter(([, { field }]) => isKnown(field));
  const isMatchKnown =
    plan.match === 'none' ||
    plan.match.startsWith('externalId:') ||
    isKnown(plan.match) ||
    isKnown(plan.match.split('.')[0] ?? '');
  return { ...plan, columns: Object.fromEntries(columns), match: isMatchKnown ? plan.match : 'none' };
}
