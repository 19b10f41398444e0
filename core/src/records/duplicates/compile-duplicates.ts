import { PluginError, type DuplicateEvidence, type DuplicateRule, type EntityDefinition } from '@trellis-crm/sdk';
import type { CompiledField, CompiledRule } from '../compiled-entity.js';

/** Works out the declared reasons; empty for an entity without any. @throws PluginError `duplicates_invalid` */
export function compileDuplicates(
  definition: EntityDefinition,
  fields: ReadonlyMap<string, CompiledField>,
): readonly CompiledRule[] {
  return (definition.duplicates ?? []).map((rule) => {
    const compiled = compileRule(rule, fields);
    const problem = compiled === null ? 'is no field of it' : problemWith(compiled, definition);
    if (compiled === null || problem !== null) throw refusal(definition, rule.field, problem ?? '');
    return compiled;
  });
}

function compileRule(
  { field: path, as, weight = weights[as] }: DuplicateRule,
  fields: ReadonlyMap<string, CompiledField>,
): CompiledRule | null {
  const [name = '', itemName] = path.split('.');
  const field = fields.get(name);
  if (field === undefined || field.plugin !== null) return null;
  if (field.list === null) return itemName === undefined ? { field, item: null, as, weight } : null;
  const item = field.list.items.find((one) => one.name === itemName);
  return item === undefined ? null : { field, item, as, weight };
}

function problemWith(rule: CompiledRule, { title }: EntityDefinition): string | null {
  const { field, item, as, weight } = rule;
  const isTitle = item === null && field.path === title;
  const problems: readonly (readonly [boolean, string])[] = [
    [field.permissions !== null, 'is not for everybody to read'],
    [as !== 'same' && (item ?? field).field.search !== true, 'is not searched'],
    [as === 'name' && !isTitle, 'is not the title'],
    [!(weight > 0 && weight <= 1), 'needs a weight between 0 and 1'],
  ];
  return problems.find(([isThere]) => isThere)?.[1] ?? null;
}

const weights: Readonly<Record<DuplicateEvidence, number>> = {
  number: 0.98,
  email: 0.95,
  name: 0.75,
  domain: 0.75,
  phone: 0.7,
  same: 0.5,
};

function refusal({ id }: EntityDefinition, field: string, problem: string): PluginError {
  return new PluginError(
    'duplicates_invalid',
    { entity: id, field },
    { message: `duplicates of ${id}: "${field}" ${problem}` },
  );
}
