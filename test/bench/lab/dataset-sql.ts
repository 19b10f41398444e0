/** How much there is. */
export interface DatasetSize {
  readonly accounts: number;
  readonly contacts: number;
  /** One in twenty of them is about one account, {@link busiestPhone}. */
  readonly activities: number;
  readonly users: number;
}

/** What the issues of this project speak of. */
export const fullSize: DatasetSize = { accounts: 100_000, contacts: 300_000, activities: 1_000_000, users: 200 };

/** Changes with what the statements below make: a kept data folder of another one is thrown away. */
export const datasetVersion = 3;

/** Reaches, evenly over the users: a quarter may each read what is theirs, their team's, what is below it, or all. */
export const reaches = ['own', 'team', 'subtree', 'all'] as const;

/** Secret of the token of the user with this number; the database holds its hash. */
export const tokenOf = (user: number): string => `trl_bench${String(user).padStart(35, '0')}`;

/** Secret of the browser session of the user with this number. */
export const sessionOf = (user: number): string => `bench-session${String(user).padStart(30, '0')}`;

/** A number of [0, 1) that depends on a row and a purpose only: every data folder of one size holds the same people. */
const chance = (row: string, purpose: number): string =>
  `(abs(hashint8extended(${row}, ${purpose})) % 1000003)::float8 / 1000003`;

/** Skewed: of 200 owners the busiest has 7 % of the rows, the laziest 0.25 %. */
const owner = (row: string, users: number): string => `1 + floor(${users} * power(${chance(row, 1)}, 2))::int`;

const person = (number: string): string => `('00000000-0000-7000-8000-' || lpad(to_hex(${number}), 12, '0'))::uuid`;
const team = (number: string): string => `('00000000-0000-7000-9000-' || lpad(to_hex(${number}), 12, '0'))::uuid`;

const syllables = `array['ba','ber','chen','da','dor','el','fen','ga','gri','han','jo','ka','kel','lan','lo','mar','mi','mor',
  'na','nel','or','pe','ra','ros','sa','sen','ta','ter','vi','wal','wen','zi']`;
const syllable = (row: string, purpose: number): string =>
  `(${syllables})[1 + floor(32 * power(${chance(row, purpose)}, 1.3))::int]`;
const word = (row: string, purpose: number): string =>
  `initcap(${syllable(row, purpose)} || ${syllable(row, purpose + 1)} || case when ${chance(row, purpose + 2)} < 0.4 then ${syllable(row, purpose + 3)} else '' end)`;
const moment = (row: string, purpose: number): string =>
  `date_trunc('milliseconds', timestamptz '2026-01-01' - ${chance(row, purpose)} * interval '700 days')`;

/** Phone number of the account with the most activities. */
export const busiestPhone = '+493000000001';

/** Statements that fill an empty workspace, in their order; roles first, so that users can have them. */
export function datasetStatements({ accounts, contacts, activities, users }: DatasetSize): readonly string[] {
  return [
    ...people(users),
    ...accountRows(accounts, users),
    ...contactRows(contacts, accounts),
    ...activityRows(activities, contacts),
    'drop table bench_accounts, bench_contacts, bench_activities',
  ];
}

/** One head, four regions, twenty teams; whose reach is a subtree sits in a region. */
function people(users: number): readonly string[] {
  const roles = reaches.map((reach) => `('bench-${reach}', 'Bench ${reach}', 'user', now())`);
  const verbs = ['read', 'create', 'update', 'delete', 'import'];
  const grants = reaches.flatMap((reach) =>
    ['core.account', 'core.contact', 'core.activity'].flatMap((entity) =>
      verbs.map((verb) => `('bench-${reach}', '${entity}:${verb}', '${reach}')`),
    ),
  );
  return [
    `insert into core.teams (id, name, parent_id)
     select ${team('n')}, 'Team ' || n, case when n = 1 then null when n <= 5 then ${team('1')} else ${team('2 + n % 4')} end
     from generate_series(1, 25) n`,
    `insert into core.roles (key, name, base, created_at) values ${roles.join(', ')}`,
    `insert into core.role_grants (role_key, permission, reach) values ${grants.join(', ')}`,
    `insert into core.users (id, name, email, role, status, team_id)
     select ${person('n')}, 'User ' || n, 'user' || n || '@bench.example', (array['bench-own','bench-team','bench-subtree','bench-all'])[1 + n % 4],
       'active', case n % 4 when 2 then ${team('2 + (n / 4) % 4')} else ${team('6 + (n / 4) % 20')} end
     from generate_series(1, ${users}) n`,
    `insert into core.api_tokens (id, user_id, name, token_hash, hint, scopes, created_at, last_used_at)
     select gen_random_uuid(), ${person('n')}, 'bench', sha256(('trl_bench' || lpad(n::text, 35, '0'))::bytea), 'trl_benc', '{*}', now(), now()
     from generate_series(1, ${users}) n`,
    `insert into core.sessions (id, user_id, token_hash, created_at, last_seen_at, ip, user_agent)
     select gen_random_uuid(), ${person('n')}, sha256(('bench-session' || lpad(n::text, 30, '0'))::bytea), now(), now(), '127.0.0.1', 'bench'
     from generate_series(1, ${users}) n`,
  ];
}

function accountRows(accounts: number, users: number): readonly string[] {
  const rows = `generate_series(1, ${accounts}) n`;
  return [
    `create temporary table bench_accounts as select n, uuidv7() as id from ${rows}`,
    'create unique index on bench_accounts (n)',
    `insert into core.accounts (id, name, roles, industry, website, phone, employees, country, created_at, updated_at, created_by, updated_by, owner_id, team_id)
     select a.id, ${word('n', 10)} || ' ' || (array['Ltd','GmbH','Inc','SA','AB'])[1 + n % 5], array['customer'],
       (array['Retail','Finance','Health','Software','Machines'])[1 + n % 5], 'https://www.company' || n || '.example',
       '+4930' || lpad(n::text, 8, '0'), n % 1000, 'Country' || n % 100, ${moment('n', 14)}, ${moment('n', 14)}, u.id, u.id, u.id, u.team_id
     from bench_accounts a join core.users u on u.id = ${person(owner('n', users))}`,
    `insert into core.account_domains (account_id, position, domain) select id, 0, 'company' || n || '.example' from bench_accounts`,
    `insert into core.account_addresses (account_id, position, kind, street, postal_code, city, country)
     select id, 0, 'billing', ${word('n', 20)} || ' Street ' || n % 200, lpad((n % 99999)::text, 5, '0'), ${word('n % 500', 24)}, 'Country' || n % 100
     from bench_accounts where n % 2 = 0`,
  ];
}

/** A contact has the owner of its account, an e-mail address, often a phone number, and sometimes a second account. */
function contactRows(contacts: number, accounts: number): readonly string[] {
  const account = (purpose: number): string => `1 + floor(${accounts} * ${chance('n', purpose)})::int`;
  return [
    `create temporary table bench_contacts as
     select n, uuidv7() as id, ${account(30)} as account, ${word('n', 32)} as first, ${word('n', 36)} as last from generate_series(1, ${contacts}) n`,
    `insert into core.contacts (id, name, job_title, description, created_at, updated_at, created_by, updated_by, owner_id, team_id)
     select c.id, first || ' ' || last, (array['Buyer','Head of sales','Engineer','Assistant','Director'])[1 + c.n % 5],
       case when c.n % 10 = 0 then 'Met at the fair, wants an offer for ' || c.n % 50 || ' seats' end,
       ${moment('c.n', 31)}, ${moment('c.n', 31)}, a.owner_id, a.owner_id, a.owner_id, a.team_id
     from bench_contacts c join bench_accounts b on b.n = c.account join core.accounts a on a.id = b.id`,
    `insert into core.contact_emails (contact_id, position, email, is_primary)
     select id, 0, lower(first || '.' || last || '.' || n || '@company' || account || '.example'), true from bench_contacts`,
    `insert into core.contact_phones (contact_id, position, phone, is_primary)
     select id, 0, '+4940' || lpad(n::text, 8, '0'), true from bench_contacts where n % 5 < 3`,
    `insert into core.contact_accounts (contact_id, position, account_id, role, is_primary)
     select c.id, 0, b.id, 'buyer', true from bench_contacts c join bench_accounts b on b.n = c.account
     union all
     select c.id, 1, b.id, 'adviser', false from bench_contacts c join bench_accounts b on b.n = 1 + (c.account * 7) % ${accounts}
     where c.n % 10 = 0`,
  ];
}

/**
 * What happened with an account, often with one of its contacts, and whose it is; one in twenty-five is still to be done. That is due years
 * ahead: what is overdue would be reported while something else is measured.
 */
function activityRows(activities: number, contacts: number): readonly string[] {
  const kinds = `array['call','call','call','call','email','email','email','email','email','email','meeting','meeting',
    'note','note','note','task','task','visit','chat','letter']`;
  const topics = `array['Offer for','Call with','Delivery to','Question of','Contract with','Visit at','Invoice of','Training for']`;
  const moments = `at, case when is_planned then at + interval '1500 days' when kind = 'task' then at end,
    case when kind = 'task' and not is_planned then at end`;
  const links = (table: string, rows: string): string =>
    `insert into core.${table} (activity_id, position, entity, record_id, kind, occurred_at, due_at, done_at) ${rows}`;
  return [
    'analyze bench_accounts, bench_contacts, core.accounts',
    `create temporary table bench_activities as
     select d.*, a.owner_id, a.team_id, a.id as account_id from (
       select n, uuidv7() as id, (${kinds})[1 + floor(20 * ${chance('n', 50)})::int] as kind, ${moment('n', 51)} as at, ${chance('n', 52)} < 0.04 as is_planned,
         case when n % 20 = 0 then 1 else account end as account, case when n % 20 > 5 then contact_id end as contact_id
       from generate_series(1, ${activities}) n
       join (select n as contact, id as contact_id, account from bench_contacts) c on contact = 1 + floor(${contacts} * ${chance('n', 53)})::int
     ) d join bench_accounts b on b.n = d.account join core.accounts a on a.id = b.id`,
    `insert into core.activities (id, kind, subject, body, direction, duration, outcome, occurred_at, due_at, done_at, created_at, updated_at, created_by, updated_by, owner_id, team_id)
     select id, kind, (${topics})[1 + n % 8] || ' ' || ${word('n', 54)} || ' ' || n % 1000,
       case when ${chance('n', 58)} < 0.4 then ${word('n', 60)} || ' asks for ' || n % 90 || ' seats and an answer until ' || ${word('n', 64)} || ' is back; we send the papers to ' || ${word('n', 68)} || '.' end,
       case when kind in ('call', 'email', 'chat', 'letter') then (array['inbound','outbound'])[1 + n % 2] end,
       case when kind in ('call', 'meeting', 'visit') then 5 + n % 55 end,
       case kind when 'call' then (array['reached','no_answer','left_message'])[1 + n % 3] when 'meeting' then 'held' end,
       ${moments}, at, at, owner_id, owner_id, owner_id, team_id from bench_activities`,
    links(
      'activity_links',
      `select id, 0, 'core.account', account_id, kind, ${moments} from bench_activities
       union all select id, 1, 'core.contact', contact_id, kind, ${moments} from bench_activities where contact_id is not null`,
    ),
    links(
      'activity_participants',
      `select id, 0, 'core.contact', contact_id, kind, ${moments} from bench_activities where contact_id is not null and kind in ('call', 'meeting', 'visit')`,
    ),
  ];
}

/** What every table would have been through long ago. */
export const settlingStatements: readonly string[] = ['vacuum (analyze)', 'checkpoint'];
