import {
  Account,
  defineEntity,
  extendEntity,
  field,
  isTrellisError,
  type EntityDefinition,
  type FieldMap,
} from '@trellis-crm/sdk';
import { expect } from 'chai';
import { compileEntity } from '../../dist/records/index.js';

const fits = { name: field.text() };

function entityOf(fields: FieldMap): EntityDefinition {
  return defineEntity('lab.thing', { plural: 'things', fields: { ...fits, ...fields }, title: 'name', owned: true });
}

function refusalOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (isTrellisError(error)) return `${error.kind} ${error.code} ${String(error.details['field'])}`;
    throw error;
  }
  return 'none';
}

describe('compiling an entity', () => {
  const refused: readonly (readonly [string, () => unknown, string])[] = [
    ['a field core keeps', () => compileEntity(entityOf({ owner: field.text() }), []), 'field_name_reserved owner'],
    [
      'a field named like the place of others',
      () => compileEntity(entityOf({ extras: field.text() }), []),
      'field_name_reserved extras',
    ],
    [
      'a field named like a plugin that extends it',
      () => {
        const entity = entityOf({ sales: field.text() });
        return compileEntity(entity, [{ ...extendEntity(entity, fits), plugin: 'sales' }]);
      },
      'field_name_reserved sales',
    ],
    [
      'a demanded field on records that were there before',
      () =>
        compileEntity(Account, [{ ...extendEntity(Account, { code: field.text({ required: true }) }), plugin: 'lab' }]),
      'extension_field_invalid lab.code',
    ],
    [
      'a list within a list',
      () => compileEntity(entityOf({ a: field.list({ b: field.list(fits) }) }), []),
      'list_field_invalid a',
    ],
    [
      'a restricted field of an entry',
      () => compileEntity(entityOf({ a: field.list({ b: field.text({ restricted: true }) }) }), []),
      'list_field_invalid a',
    ],
    [
      'an entry that refers to its own kind of record',
      () => compileEntity(entityOf({ a: field.list({ thing: field.ref('self', { onDelete: 'cascade' }) }) }), []),
      'list_field_invalid a',
    ],
  ];
  for (const [what, act, refusal] of refused) {
    it(`refuses ${what}`, () => {
      expect(refusalOf(act)).to.equal(`plugin ${refusal}`);
    });
  }

  it('leaves extensions of other entities aside', () => {
    const compiled = compileEntity(entityOf({}), [{ ...extendEntity(Account, fits), plugin: 'lab' }]);

    expect([...compiled.extensions.keys()]).to.deep.equal([]);
  });

  it('makes names of tables, columns and paths from those of the declaration', () => {
    const compiled = compileEntity(
      defineEntity('acme-tools.price-list', {
        plural: 'price_lists',
        fields: { validFrom: field.date(), item: field.ref(Account, { onDelete: 'clear' }), name: field.text() },
        title: 'name',
      }),
      [],
    );

    expect([compiled.schemaName, compiled.tableName, compiled.path]).to.deep.equal([
      'p_acme_tools',
      'price_lists',
      'acme-tools/price-lists',
    ]);
    expect(['validFrom', 'item', 'createdBy'].map((path) => compiled.fields.get(path)?.column)).to.deep.equal([
      'valid_from',
      'item_id',
      'created_by',
    ]);
  });
});
