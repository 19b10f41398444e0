import type { CompiledEntity, CompiledField } from '../records/compiled-entity.js';
import { completenessPath } from './completeness-part.js';
import { percentSql } from './percent.js';

/**
 * SQL of a record's JSON with how complete it is as the last member.
 * @param counted fields that may count for this reader. @param record SQL of the JSON without it, one member at least
 */
export function withCompletenessText(
  entity: CompiledEntity,
  counted: readonly CompiledField[],
  record: string,
): string {
  return `left(${record}, -1) || ',"${completenessPath}":' || ${percentSql(entity, counted)} || '}'`;
}
