import { field } from '@trellis-crm/sdk';
import { expect } from 'chai';
import type { EntityField } from '../../dist/pages/fields/entity-field.js';
import { readForm } from '../../dist/pages/fields/form-reader.js';

const reading = { timeZone: 'Europe/Amsterdam', locale: 'en', currency: 'EUR' };

describe('reading a form', () => {
  it('turns texts into the values of their fields, emptied controls into null', () => {
    const fields = [
      fieldNamed('name', field.text()),
      fieldNamed('industry', field.text()),
      fieldNamed('employees', field.integer()),
      fieldNamed('share', field.percent()),
      fieldNamed('revenue', field.money()),
      fieldNamed('isHot', field.boolean()),
      fieldNamed('roles', field.choices(['customer', 'partner'])),
      fieldNamed('calledAt', field.dateTime()),
      fieldNamed('lasted', field.duration()),
      fieldNamed('data', field.json()),
    ];

    const { values, problems } = readForm(
      fields,
      {
        name: ' Acme ',
        industry: '',
        employees: '1 200',
        share: '12.5',
        'revenue.amount': '1250.50',
        'revenue.currency': 'usd',
        isHot: ['false', 'true'],
        roles: ['customer', 'partner'],
        calledAt: '2027-03-31T14:30',
        lasted: '1:30',
        data: '{"a":1}',
      },
      reading,
    );

    expect(problems).to.deep.equal([]);
    expect(values).to.deep.equal({
      name: 'Acme',
      industry: null,
      employees: 1200,
      share: 12.5,
      revenue: { amount: '1250.50', currency: 'USD' },
      isHot: true,
      roles: ['customer', 'partner'],
      calledAt: '2027-03-31T12:30:00.000Z',
      lasted: 5400,
      data: { a: 1 },
    });
  });

  it('says where a text is nothing of its kind', () => {
    const fields = [
      fieldNamed('employees', field.integer()),
      fieldNamed('revenue', field.money()),
      fieldNamed('data', field.json()),
    ];

    const { problems } = readForm(fields, { employees: 'many', 'revenue.amount': '1,5', data: '{' }, reading);

    expect(problems.map(({ pointer, code }) => [pointer, code])).to.deep.equal([
      ['/employees', 'not_integer'],
      ['/revenue/amount', 'not_money'],
      ['/data', 'not_json'],
    ]);
  });

  it('reads the entries of a list in their order, without rows that were left empty', () => {
    const emails = fieldNamed(
      'emails',
      field.list({
        email: field.email({ required: true }),
        kind: field.choice(['work', 'other'], { default: 'work' }),
      }),
    );

    const { values } = readForm(
      [emails],
      {
        'emails.2.email': 'b@example.com',
        'emails.2.kind': 'other',
        'emails.0.email': 'a@example.com',
        'emails.0.kind': 'work',
        'emails.1.email': '',
        'emails.1.kind': 'work',
      },
      reading,
    );

    expect(values).to.deep.equal({
      emails: [
        { email: 'a@example.com', kind: 'work' },
        { email: 'b@example.com', kind: 'other' },
      ],
    });
  });

  it("puts plugins' fields apart and leaves read-only ones out", () => {
    const fields = [fieldNamed('sales.territory', field.text()), fieldNamed('status', field.text({ readOnly: true }))];

    const { values } = readForm(fields, { 'sales.territory': 'North', status: 'won' }, reading);

    expect(values).to.deep.equal({ extras: { sales: { territory: 'North' } } });
  });
});

function fieldNamed(path: string, declared: EntityField['field']): EntityField {
  const name = path.slice(path.indexOf('.') + 1);
  return { path, name, module: 'core', field: declared, valueIn: (record) => record[name] ?? null };
}
