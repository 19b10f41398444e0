import { demoAccounts } from './demo-accounts.js';

/** A person of the demo data, at one of its companies. */
export interface DemoContact {
  readonly name: string;
  readonly jobTitle: string;
  /** Name of the company. */
  readonly account: string;
  readonly email: string;
  /** From the numbers set aside for fiction. */
  readonly phone: string;
  /** What the person decides there. */
  readonly accountRole: string;
}

const names = [
  'Helen Prior',
  'Tom Ashdown',
  'Gareth Vaughan',
  'Ingrid Nyström',
  'Erik Lund',
  'Petra Kovač',
  'Dana Whitfield',
  'Sander de Vries',
  'Lieke Bakker',
  'Giulia Ferrari',
  'Noah Campbell',
  'Annika Vogel',
  'Matthias Krause',
  'Lena Hartmann',
  'Sigrid Haugen',
  'Lars Eide',
  'Ruth Delgado',
  'Ben Torres',
  'Haruka Mori',
  'Kenji Sato',
  'Carmen Ortega',
  'Pablo Ruiz',
  'Aoife Brennan',
  'Camille Laurent',
  'Hugo Fontaine',
  'Klara Steiner',
  'Wanjiru Kamau',
  'Priya Shah',
  'Oliver Barnes',
  'Grace Holloway',
  'Daniel Meyer',
  'Lucía Fernández',
  'Inês Carvalho',
  'Rui Almeida',
  'Sophie Tremblay',
  'Marcus Reid',
  'Kadri Tamm',
  'Rohan Mehta',
  'Ananya Rao',
  'Edward Finch',
] as const;

const jobs = [
  ['Managing director', 'Decision maker'],
  ['Head of purchasing', 'Buyer'],
  ['IT manager', 'Technical contact'],
  ['Finance director', 'Approver'],
  ['Operations manager', 'User'],
] as const;

/** Has no divisor in common with the number of companies, so that everyone is visited before anyone twice. */
const stride = 7;

/** 40 people, one or two at each company. */
export const demoContacts: readonly DemoContact[] = names.map((name, index) => {
  const { name: account, domain } = at(demoAccounts, index * stride);
  const [jobTitle, accountRole] = at(jobs, index);
  const phone = `+1 202 555 01${String(index + 10).padStart(2, '0')}`;
  return { name, jobTitle, account, email: `${mailboxOf(name)}@${domain}`, phone, accountRole };
});

/** `Petra Kovač` → `petra.kovac` */
function mailboxOf(name: string): string {
  const plain = name.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase();
  return plain.replaceAll(/[^a-z]+/g, '.');
}

function at<T>(list: readonly T[], index: number): T {
  const item = list[index % list.length];
  if (item === undefined) throw new RangeError('an empty list has no items');
  return item;
}
