/** A company of the demo data. */
export interface DemoAccount {
  readonly name: string;
  readonly industry: string;
  readonly city: string;
  readonly country: string;
  readonly foundedYear: number;
  readonly employees: number;
  /** In millions of the base currency. */
  readonly revenue: number;
  readonly role: 'prospect' | 'customer' | 'partner' | 'supplier' | 'competitor';
  /** Host name below the reserved domain `example`; also that of its people's e-mail addresses. */
  readonly domain: string;
  /** Name of the company it belongs to, which stands earlier in the list. */
  readonly parent?: string;
  readonly vatNumber: string | null;
}

/** Their check digits are right; nobody has them. */
const vatNumbers: Readonly<Record<string, string>> = {
  'Alderbrook Foods': 'GB999000005',
  'Clearwater Analytics Lab': 'NL999900006B01',
  'Corvina Wines': 'IT99999900014',
  'Elbe Medical Systems': 'DE999900008',
  'Lumen Theatre Lighting': 'ATU99900009',
};

/** Name, industry, `city, country`, year, people, revenue in millions, role, and the company it belongs to. */
type Row = readonly [string, string, string, number, number, number, DemoAccount['role'], string?];

const rows: readonly Row[] = [
  ['Alderbrook Foods', 'Food and drink', 'Bristol, United Kingdom', 1978, 640, 118, 'customer'],
  ['Alderbrook Logistics', 'Transport', 'Cardiff, United Kingdom', 2009, 130, 21, 'customer', 'Alderbrook Foods'],
  ['Bergström Timber', 'Forestry', 'Umeå, Sweden', 1951, 420, 96, 'customer'],
  ['Blue Harbor Yachts', 'Shipbuilding', 'Split, Croatia', 1996, 85, 14, 'prospect'],
  ['Cedar & Pine Interiors', 'Furniture', 'Portland, United States', 2004, 58, 9, 'prospect'],
  ['Clearwater Analytics Lab', 'Environment', 'Utrecht, Netherlands', 2012, 74, 11, 'customer'],
  ['Corvina Wines', 'Food and drink', 'Verona, Italy', 1964, 46, 8, 'customer'],
  ['Daintree Solar', 'Energy', 'Brisbane, Australia', 2015, 210, 52, 'prospect'],
  ['Elbe Medical Systems', 'Health', 'Dresden, Germany', 1993, 380, 87, 'customer'],
  ['Elbe Diagnostics', 'Health', 'Leipzig, Germany', 2016, 62, 10, 'prospect', 'Elbe Medical Systems'],
  ['Fjordline Shipping', 'Transport', 'Bergen, Norway', 1972, 900, 240, 'customer'],
  ['Granite Peak Outdoor', 'Retail', 'Denver, United States', 1999, 310, 66, 'customer'],
  ['Hinode Robotics', 'Machinery', 'Nagoya, Japan', 2008, 275, 73, 'prospect'],
  ['Iberia Ceramics', 'Construction', 'Valencia, Spain', 1985, 190, 28, 'customer'],
  ['Juniper Clinics', 'Health', 'Dublin, Ireland', 2011, 330, 41, 'prospect'],
  ['Kestrel Aviation Parts', 'Aerospace', 'Toulouse, France', 1989, 260, 58, 'supplier'],
  ['Lumen Theatre Lighting', 'Entertainment', 'Vienna, Austria', 2001, 39, 6, 'customer'],
  ['Marula Coffee Importers', 'Food and drink', 'Nairobi, Kenya', 2013, 54, 7, 'partner'],
  ['Northgate Schools Trust', 'Education', 'Leeds, United Kingdom', 2006, 720, 38, 'prospect'],
  ['Orchard Lane Publishing', 'Media', 'Boston, United States', 1983, 66, 12, 'customer'],
  ['Pampa Agritech', 'Agriculture', 'Rosario, Argentina', 2014, 120, 19, 'prospect'],
  ['Quayside Hotels', 'Hospitality', 'Lisbon, Portugal', 1998, 480, 55, 'customer'],
  ['Riverstone Consulting', 'Services', 'Toronto, Canada', 2003, 150, 24, 'partner'],
  ['Sundial Software', 'Software', 'Tallinn, Estonia', 2017, 95, 13, 'competitor'],
  ['Tamarind Textiles', 'Textiles', 'Jaipur, India', 1974, 850, 31, 'prospect'],
];

/** 25 companies that do not exist. */
export const demoAccounts: readonly DemoAccount[] = rows.map(toAccount);

function toAccount([name, industry, place, foundedYear, employees, revenue, role, parent]: Row): DemoAccount {
  const [city = '', country = ''] = place.split(', ');
  const domain = `${hostOf(name)}.example`;
  const vatNumber = vatNumbers[name] ?? null;
  const account = { name, industry, city, country, foundedYear, employees, revenue, role, domain, vatNumber };
  return parent === undefined ? account : { ...account, parent };
}

/** `Bergström Timber` → `bergstrom-timber` */
function hostOf(name: string): string {
  const plain = name.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase();
  return plain.replaceAll(/[^a-z0-9]+/g, '-');
}
