import type { Render, Specimen, SpecimenGroup } from './specimen.js';

/** What shows records: heads, figures, details, lists, tables and boards. */
export function recordSpecimens(render: Render): SpecimenGroup {
  return {
    id: 'records',
    title: 'Records',
    specimens: [
      { partial: 'ui-page-head', context: { title: 'Accounts', body: render('ui-submit', { label: 'New account' }) } },
      {
        partial: 'ui-record-header',
        context: {
          title: '上海精密机械有限公司',
          meta,
          tags,
          body: render('ui-button', { label: 'Follow', icon: 'star' }),
        },
      },
      { partial: 'ui-stats', context: { items: stats } },
      {
        partial: 'ui-card',
        context: { title: 'Details', count: 3, source: 'Sales', body: render('ui-details', { items: details }) },
      },
      { partial: 'ui-details', context: { items: details, isWide: true } },
      ...lists,
      { partial: 'ui-timeline', context: { days } },
      { partial: 'ui-tag', state: 'tones', context: { label: 'Customer', tone: 'ok', hasDot: true } },
      { partial: 'ui-avatar', context: { name: 'Maya Kim' } },
      { partial: 'ui-person', context: { name: 'Maya Kim', href: '#ui-person' } },
      { partial: 'ui-filter-bar', context: { id: 'gallery', search, chips, filters, clearHref: '#ui-filter-bar' } },
      {
        partial: 'ui-table',
        context: { caption: 'Accounts', columns, rows: rows(render), isSelectable: true, hasActions: true },
      },
      {
        partial: 'ui-bulk-bar',
        context: { label: 'Selected', body: render('ui-button', { label: 'Assign', icon: 'user-plus' }) },
      },
      { partial: 'ui-pager', context: { summary: '1–2 of 85', nextHref: '#ui-pager' } },
      { partial: 'ui-board', context: { label: 'Deals by stage', laneField: 'stage', lanes } },
    ],
  };
}

const meta = [{ text: 'northwind.example', href: 'https://northwind.example' }, { text: 'Industrial automation' }];
const tags = [
  { label: 'Healthy', tone: 'ok', hasDot: true },
  { label: 'Key account', tone: 'vio' },
];

const stats = [
  { label: 'Open pipeline', value: '€278,900', href: '#ui-stats', note: '+12%', tone: 'ok' },
  { label: 'Outstanding', value: '€15,700', note: '1 overdue', tone: 'bad' },
  { label: 'Open tickets', value: '2' },
  { label: 'Last touch', value: '2 h ago' },
];

const details = [
  { label: 'Owner', value: { kind: 'person', text: 'Maya Kim' } },
  { label: 'Lifecycle', value: { kind: 'tag', text: 'Customer', tone: 'ok' } },
  { label: 'Phone', value: { kind: 'phone', text: '+31 10 555 0142' } },
  { label: 'Website', value: { kind: 'url', text: 'northwind.example', href: 'https://northwind.example' } },
  { label: 'Renewal', value: { kind: 'date', text: '31 Mar 2027', datetime: '2027-03-31' } },
  { label: 'Invoices', value: { kind: 'boolean', isOn: true } },
  { label: 'Territory', value: { text: '' } },
];

const people = [
  { title: 'Jonas de Vries', href: '#ui-list', note: 'Plant manager · champion', avatar: 'Jonas de Vries' },
  { title: 'INV-2058', note: '€15,700 · due 8 Nov', tag: { label: 'Overdue', tone: 'bad' } },
];

const tries = [
  {
    title: 'The name of the server is not known',
    note: '23 Nov 2026, 07:23 · 34 ms · 3 tries · again 23 Nov 2026, 07:29',
    icon: 'webhook',
    tag: { label: 'Failed', tone: 'bad' },
  },
];

const values: readonly Specimen[] = [
  { text: 'Plain words' },
  { kind: 'text', text: '' },
  { kind: 'link', text: 'Northwind Robotics', href: '#ui-value' },
  { kind: 'email', text: 'jonas@northwind.example' },
  { kind: 'number', text: '1,250' },
  { kind: 'tags', tags },
  { kind: 'longText', text: 'Wants the offer by Friday.\nBudget is decided in January.' },
].map((context) => ({
  ...{ partial: 'ui-value' as const, context },
  state: context.text === '' ? 'empty' : (context.kind ?? 'text'),
}));

const lists: readonly Specimen[] = [
  ...values,
  { partial: 'ui-list', context: { items: people } },
  { partial: 'ui-list', state: 'of long texts', context: { items: tries, isLong: true } },
];

const days = [
  {
    label: 'Today',
    events: [
      {
        icon: 'mail',
        tone: 'info',
        who: 'Jonas de Vries',
        text: 'replied to “Line 4”',
        quote: 'Looks good.',
        time: '10:42',
        datetime: '2026-11-22T10:42',
      },
      {
        icon: 'arrow-right',
        tone: 'vio',
        who: 'Maya Kim',
        text: 'moved Line 4 to Negotiation',
        time: '09:15',
        datetime: '2026-11-22T09:15',
      },
    ],
  },
];

const search = { action: '/dev/ui', label: 'Search accounts' };
const chips = [{ label: 'Industry', operator: 'is', value: 'medical', removeHref: '#ui-filter-bar' }];
const filters = [
  {
    label: 'Country',
    action: '/dev/ui',
    hidden: [],
    control: { kind: 'text', name: 'filter[country]', label: 'Country' },
  },
];

const columns = [
  { label: 'Name', sortHref: '#ui-table', sort: 'ascending' },
  { label: 'Status' },
  { label: 'Revenue', isNumeric: true, sortHref: '#ui-table' },
  { label: 'Owner', isWideOnly: true },
];

function rows(render: Render): readonly object[] {
  return [
    ['Acme Corporation', '€1,100,040'],
    ['Betasoloin', '€251,410'],
  ].map(([name = '', revenue = ''], index) => ({
    id: `account-${index}`,
    selectLabel: name,
    actions: render('ui-icon-button', { label: `Edit ${name}`, icon: 'pencil', size: 'small' }),
    cells: [
      { text: name, href: '#ui-table', isTitle: true },
      { kind: 'tag', text: 'Customer', tone: 'ok' },
      { text: revenue, isNumeric: true, label: 'Revenue' },
      { kind: 'person', text: 'Maya Kim', isWideOnly: true },
    ],
  }));
}

const moves = [{ value: 'proposal', label: 'Proposal' }];
const lanes = [
  {
    id: 'engaging',
    title: 'Engaging',
    count: 2,
    sum: '€24,600',
    tiles: [
      {
        id: 'tile-1',
        title: 'GTX Plus Pro',
        href: '#ui-board',
        note: 'Acme Corporation',
        amount: '€5,200',
        date: '14 Dec',
        owner: 'Maya Kim',
        moveAction: '/dev/ui',
        moves,
      },
      {
        id: 'tile-2',
        title: 'MG Special',
        href: '#ui-board',
        note: 'Bioplex',
        amount: '€19,400',
        date: '12 days late',
        isLate: true,
        isRotting: true,
        owner: 'Tom Okafor',
      },
    ],
  },
  { id: 'proposal', title: 'Proposal', count: 0, tiles: [] },
];
