import type { Render, Specimen, SpecimenGroup } from './specimen.js';

/** Fields in their states, and what stands around them in a form. */
export function formSpecimens(render: Render): SpecimenGroup {
  const made: Specimen[] = [
    {
      partial: 'ui-form',
      context: { action: '/dev/ui', body: render('ui-field', { name: 'city', label: 'City', value: 'Rotterdam' }) },
    },
  ];
  return { id: 'forms', title: 'Forms', specimens: [...plain, ...made] };
}

function field(kind: string, values: Readonly<Record<string, unknown>>, state?: string): Specimen {
  return { partial: 'ui-field', state: state === undefined ? kind : `${kind}, ${state}`, context: { kind, ...values } };
}

const industries = [
  { value: 'medical', label: 'Medical' },
  { value: 'retail', label: 'Retail' },
  { value: 'software', label: 'Software' },
];

const roles = [
  { value: 'prospect', label: 'Prospect', hint: 'Has not bought yet' },
  { value: 'customer', label: 'Customer' },
  { value: 'supplier', label: 'Supplier' },
];

const plain: readonly Specimen[] = [
  field('text', { name: 'name', label: 'Name', isRequired: true, value: 'Northwind Robotics' }, 'required'),
  field(
    'text',
    { name: 'vat', label: 'VAT number', hint: 'As on the invoice', placeholder: 'NL0042.31.887.B01' },
    'with a hint',
  ),
  field(
    'text',
    { name: 'email', label: 'E-mail', type: 'email', value: 'maya@', error: 'This is not an e-mail address' },
    'wrong',
  ),
  field('text', { name: 'locked', label: 'Source', value: 'Import', isDisabled: true }, 'disabled'),
  field('textarea', { name: 'notes', label: 'Notes', value: '下周二与采购负责人会面。' }),
  field('number', { name: 'employees', label: 'Employees', value: 420, isInteger: true, suffix: 'people' }),
  field('money', {
    name: 'revenue',
    label: 'Revenue',
    amount: '1200.50',
    currency: 'EUR',
    currencies: ['EUR', 'USD'],
  }),
  field('date', { name: 'renewal', label: 'Renewal', value: '2027-03-31' }),
  field('datetime', { name: 'due', label: 'Due', value: '2027-03-31T09:30' }),
  field('password', { name: 'password', label: 'Password', autocomplete: 'new-password' }),
  field('file', { name: 'logo', label: 'Logo', accept: 'image/png' }),
  field('select', {
    name: 'industry',
    label: 'Industry',
    options: industries,
    value: 'medical',
    emptyLabel: 'Choose…',
  }),
  field('lookup', {
    name: 'parent',
    label: 'Parent account',
    options: industries,
    value: 'acme',
    valueLabel: 'Acme Corporation',
  }),
  field('choice', { name: 'role', label: 'Role', look: 'segmented', options: roles, value: 'customer' }, 'segmented'),
  field('choice', { name: 'access', label: 'Access', options: roles, value: 'prospect' }, 'list'),
  field(
    'choice',
    { name: 'modules', label: 'Modules', look: 'cards', isMultiple: true, options: roles, value: ['customer'] },
    'cards',
  ),
  field('checkbox', { name: 'consent', label: 'May be contacted by e-mail', isChecked: true }),
  { partial: 'ui-switch', state: 'on', context: { label: 'Sales', action: '/dev/ui', isOn: true } },
  { partial: 'ui-switch', state: 'off', context: { label: 'Support', action: '/dev/ui', isOn: false } },
  {
    partial: 'ui-error-summary',
    context: { errors: [{ name: 'email', message: 'This is not an e-mail address' }] },
  },
  { partial: 'ui-form-actions', context: { label: 'Save', cancelHref: '#ui-form-actions' } },
];
