import type { Render, Specimen, SpecimenGroup } from './specimen.js';

/** What tells people how things stand: hints, progress, empty places, panels. */
export function feedbackSpecimens(render: Render): SpecimenGroup {
  const made: Specimen[] = [
    {
      partial: 'ui-panel',
      state: 'filled',
      context: { id: 'filled', title: 'Open deals', source: 'Sales', body: render('ui-list', { items: deals }) },
    },
  ];
  return { id: 'feedback', title: 'Feedback', specimens: [...plain, ...made] };
}

const steps = [
  { label: 'Upload', isDone: true },
  { label: 'Map', isCurrent: true },
  { label: 'Check' },
  { label: 'Run' },
];
const deals = [
  { title: 'Line 4 automation', href: '#ui-panel', note: '€128,000', tag: { label: 'Negotiation', tone: 'warn' } },
];

const brief = [
  { label: 'Owner', value: 'Maya Kim', href: '#ui-brief' },
  { label: 'Open deals', value: '3 · €128,000', href: '#ui-brief' },
  { label: 'Open cases', value: '2', tone: 'bad' },
  { label: 'Invoices', isMissing: true },
];

const plain: readonly Specimen[] = [
  { partial: 'ui-brief', context: { label: 'At a glance', items: brief } },
  {
    partial: 'ui-alert',
    state: 'info',
    context: { title: 'Import finished', text: '85 accounts, 1 without a parent.' },
  },
  { partial: 'ui-alert', state: 'ok', context: { tone: 'ok', text: 'The plugin is active.' } },
  {
    partial: 'ui-alert',
    state: 'warn',
    context: { tone: 'warn', title: 'Needs an upgrade', text: 'Version 0.2 waits for a restart.' },
  },
  {
    partial: 'ui-alert',
    state: 'bad',
    context: { tone: 'bad', title: 'The file could not be read', text: 'Line 12 has 7 columns, the head has 8.' },
  },
  {
    partial: 'ui-progress',
    state: 'running',
    context: { label: 'Importing deals', value: 3400, max: 8800, note: '3,400 of 8,800' },
  },
  { partial: 'ui-progress', state: 'starting', context: { label: 'Reading the file' } },
  { partial: 'ui-steps', context: { label: 'Import', items: steps } },
  {
    partial: 'ui-toast',
    state: 'with undo',
    context: { text: 'Account moved to the trash', undoAction: '/dev/ui' },
  },
  { partial: 'ui-toast', state: 'failed', context: { text: 'That did not work', note: '#4821', tone: 'bad' } },
  {
    partial: 'ui-empty',
    context: {
      icon: 'target',
      title: 'No deals yet',
      text: 'Deals move through stages until they are won or lost.',
      href: '#ui-empty',
      label: 'Create a deal',
    },
  },
  {
    partial: 'ui-panel',
    state: 'unavailable',
    context: { id: 'gone', title: 'Tickets', source: 'Support', isUnavailable: true },
  },
  { partial: 'ui-skeleton', context: {} },
  { partial: 'ui-code', context: { text: 'npx trellis import examples/crm-sales-opportunities' } },
];
