import type { Field } from '@trellis-crm/sdk';
import { linkValue } from '../../records/filter-values.js';
import { numberKinds, readTypedNumber, typedNumber } from '../fields/typed-number.js';
import { findFilterField } from '../list/filter-fields.js';
import type { EntityCall } from '../page-call.js';
import type { DraftGroup, DraftNode } from './filter-draft.js';

/** Numbers of a filter's draft as people write them in their language: `1234,5` in German. */
export function typedDraft(call: EntityCall, draft: DraftGroup): DraftGroup {
  return withNumbers(call, draft, (value) => typedNumber(value, call.env.locale));
}

/** The same as addresses and the API have them: `1234.5`. What is no number stays, for the list to refuse; a link to nothing yet is no value. */
export function plainDraft(call: EntityCall, draft: DraftGroup): DraftGroup {
  const written = withNumbers(call, draft, (value) => readTypedNumber(value, call.env.locale) ?? value);
  return withValues(call, written, ({ kind }, value) =>
    kind === 'links' && linkValue(value) === undefined ? '' : value,
  );
}

function withNumbers(call: EntityCall, group: DraftGroup, write: (value: string) => string): DraftGroup {
  return withValues(call, group, ({ kind }, value) => (numberKinds.has(kind) ? write(value) : value));
}

type Write = (field: Field, value: string) => string;

function withValues(call: EntityCall, group: DraftGroup, write: Write): DraftGroup {
  const change = (node: DraftNode): DraftNode => {
    if (node.kind === 'group') return withValues(call, node, write);
    const field = node.kind === 'condition' ? findFilterField(call.entity, node.field)?.field : undefined;
    if (node.kind !== 'condition' || field === undefined) return node;
    return { ...node, values: node.values.map((value) => write(field, value)) };
  };
  return { ...group, nodes: group.nodes.map(change) };
}
