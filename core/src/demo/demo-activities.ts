/** Something that was done with, or is to be done for, a company of the demo data. */
export interface DemoActivity {
  readonly kind: 'call' | 'email' | 'meeting' | 'note' | 'task' | 'visit';
  readonly subject: string;
  readonly body?: string;
  /** Name of the company. */
  readonly account: string;
  /** Name of the person spoken with. */
  readonly contact?: string;
  readonly direction?: 'inbound' | 'outbound';
  readonly outcome?: 'reached' | 'no_answer' | 'left_message' | 'held';
  /** In minutes. */
  readonly minutes?: number;
  /** Days from today: what is done lies before it, what is planned has `isPlanned`. */
  readonly day: number;
  readonly isPlanned?: boolean;
  readonly priority?: 'high';
}

/** Two weeks of work: what was said, what was agreed, what is due, and one thing that was forgotten. */
export const demoActivities: readonly DemoActivity[] = [
  {
    ...{ kind: 'call', subject: 'First call about the yearly order', account: 'Alderbrook Foods', day: -13 },
    ...{ contact: 'Klara Steiner', direction: 'outbound', outcome: 'reached', minutes: 18 },
  },
  {
    ...{ kind: 'email', subject: 'Price list and delivery terms', account: 'Alderbrook Foods', day: -12 },
    ...{ contact: 'Klara Steiner', direction: 'outbound', body: 'As discussed, with the discount from 500 pieces.' },
  },
  {
    ...{ kind: 'meeting', subject: 'Visit at the Leipzig plant', account: 'Elbe Diagnostics', day: -9 },
    ...{ contact: 'Rohan Mehta', outcome: 'held', minutes: 90 },
  },
  {
    ...{ kind: 'note', subject: 'Budget is decided in January', account: 'Elbe Diagnostics', day: -9 },
    body: 'Their finance director signs; purchasing only compares.',
  },
  {
    ...{ kind: 'call', subject: 'Asked for references', account: 'Bergström Timber', day: -7 },
    ...{ contact: 'Annika Vogel', direction: 'inbound', outcome: 'reached', minutes: 9 },
  },
  {
    ...{ kind: 'call', subject: 'Reminder of the trial', account: 'Corvina Wines', day: -5 },
    ...{ contact: 'Lieke Bakker', direction: 'outbound', outcome: 'left_message', minutes: 1 },
  },
  {
    ...{ kind: 'email', subject: 'Questions about the contract', account: 'Tamarind Textiles', day: -4 },
    ...{ contact: 'Sander de Vries', direction: 'inbound' },
  },
  {
    ...{ kind: 'note', subject: 'New IT manager starts next month', account: 'Juniper Clinics', day: -3 },
  },
  {
    ...{ kind: 'visit', subject: 'Showed the new release', account: 'Quayside Hotels', day: -2 },
    ...{ contact: 'Oliver Barnes', minutes: 60 },
  },
  {
    ...{ kind: 'task', subject: 'Send the signed contract', account: 'Tamarind Textiles', day: -4 },
    ...{ isPlanned: true, priority: 'high' },
  },
  { ...{ kind: 'task', subject: 'Prepare the offer', account: 'Elbe Diagnostics', day: 0 }, isPlanned: true },
  {
    ...{ kind: 'call', subject: 'Call back about the trial', account: 'Corvina Wines', day: 0 },
    ...{ contact: 'Lieke Bakker', isPlanned: true },
  },
  {
    ...{ kind: 'meeting', subject: 'Review of the first quarter', account: 'Quayside Hotels', day: 2 },
    ...{ contact: 'Oliver Barnes', isPlanned: true, minutes: 45 },
  },
  {
    ...{ kind: 'task', subject: 'Ask for a reference', account: 'Bergström Timber', day: 6 },
    isPlanned: true,
  },
];
