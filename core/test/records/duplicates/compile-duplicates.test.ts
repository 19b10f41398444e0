import { defineEntity, field, isTrellisError, type DuplicateRule } from '@trellis-crm/sdk';
import { expect } from 'chai';
import { compileEntity } from '../../../dist/records/index.js';
import { likenessOf } from '../../../dist/records/duplicates/likeness.js';
import { matchValuesOf } from '../../../dist/records/duplicates/match-values.js';
import { nameForm } from '../../../dist/records/duplicates/name-form.js';
import { similarity } from '../../../dist/records/duplicates/trigrams.js';

const entityWith = (...duplicates: readonly DuplicateRule[]) =>
  compileEntity(
    defineEntity('test.firm', {
      plural: 'firms',
      title: 'name',
      fields: {
        name: field.text({ required: true, search: true }),
        note: field.text(),
        mail: field.email({ search: true }),
        secret: field.text({ restricted: true }),
        sites: field.list({ domain: field.text({ search: true }) }),
      },
      duplicates,
    }),
    [],
  );

describe('what makes records likely the same', () => {
  it('is refused when it cannot be found, is not for everybody, or proves nothing', () => {
    const wrong: readonly DuplicateRule[] = [
      { field: 'colour', as: 'name' },
      { field: 'sites', as: 'domain' },
      { field: 'sites.colour', as: 'domain' },
      { field: 'note', as: 'number' },
      { field: 'secret', as: 'same' },
      { field: 'mail', as: 'name' },
      { field: 'mail', as: 'email', weight: 0 },
    ];

    const codes = wrong.map((rule) => {
      try {
        entityWith(rule);
        return 'taken';
      } catch (error) {
        return isTrellisError(error) ? error.code : String(error);
      }
    });

    expect(codes).to.deep.equal(wrong.map(() => 'duplicates_invalid'));
  });

  it('adds up as independent reasons do, each kind once', () => {
    const { duplicates: rules } = entityWith(
      { field: 'name', as: 'name', weight: 0.5 },
      { field: 'mail', as: 'email', weight: 0.8 },
      { field: 'sites.domain', as: 'domain', weight: 0.5 },
    );
    const one = matchValuesOf(rules, {
      name: 'Acme',
      mail: 'a@b.example',
      sites: [{ domain: 'b.example' }, { domain: 'c.example' }],
    });
    const other = matchValuesOf(rules, {
      name: 'ACME Ltd.',
      mail: 'a@b.example',
      sites: [{ domain: 'www.c.example' }],
    });
    const third = matchValuesOf(rules, { name: 'Bcme', mail: null, sites: [] });

    expect(likenessOf(rules, one, other)).to.deep.equal({ score: 0.95, reasons: ['mail', 'name', 'sites.domain'] });
    expect(likenessOf(rules, one, third)).to.deep.equal({ score: 0, reasons: [] });
  });

  it('compares names without legal forms, points, accents and two ways to write an umlaut', () => {
    const same = [
      ['Müller & Söhne GmbH', 'Mueller Soehne'],
      ['Société Générale S.A.', 'Societe Generale'],
      ['AG', 'ag'],
      ['北京科技有限公司', '北京科技'],
    ] as const;

    expect(same.map(([left, right]) => nameForm(left) === nameForm(right))).to.deep.equal([true, true, true, true]);
    expect(similarity('acme', 'acme')).to.equal(1);
    expect(similarity('word', 'two words')).to.be.closeTo(0.363636, 1e-6);
  });
});
