import { numberKinds, readTypedNumber, typedNumber } from '../fields/typed-number.js';
import { findFilterField } from '../list/filter-fields.js';
import type { EntityCall } from '../page-call.js';
import type { DraftCondition, DraftGroup, DraftNode } from './filter-draft.js';

/** Numbers of a filter's draft as people write them in their language: `1234,5` in German. */
export function typedDraft(call: EntityCall, draft: DraftGroup): DraftGroup {
  return withNumbers(call, draft, (value) => typedNumber(value, call.env.locale));
}

/** The same as addresses and the API have them: `1234.5`. What is no number stays, for the list to refuse. */
export function plainDraft(call: EntityCall, draft: DraftGroup): DraftGroup {
  return withNumbers(call, draft, (value) => readTypedNumber(value, call.env.locale) ?? value);
}

function withNumbers(call: EntityCall, group: DraftGroup, write: (value: string) => string): DraftGroup {
  const change = (node: DraftNode): DraftNode => {
    if (node.kind === 'group') return withNumbers(call, node, write);
    return node.kind === 'condition' && holdsNumber(call, node) ? { ...node, values: node.values.map(write) } : node;
  };
  return { ...group, nodes: group.nodes.map(change) };
}

function holdsNumber({ entity }: EntityCall, { field }: DraftCondition): boolean {
  const found = findFilterField(entity, field);
  return found !== undefined && numberKinds.has(found.field.kind);
}
