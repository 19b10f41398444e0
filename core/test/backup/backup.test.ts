import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import type pg from 'pg';
import { checkArchive } from '../../dist/backup/index.js';
import type { TestDatabase } from '../../dist/testing/index.js';
import { writePlugin, type FixturePlugin } from '../kernel/plugin-fixtures.js';
import { BackupHome } from './backup-home.js';

const uploads = {
  version: '1.0.0',
  register: `host.routes({ 'GET /things': { access: 'signed-in', handle: async () => ({}) } });`,
};

/** A table with everything that a migration may put into one. */
const things = (schema: string) => ({
  name: '20260101000000_create-things',
  phase: 'expand',
  up: `await sql(\`create type ${schema}.mood as enum ('good', 'b''ad')\`);
    await sql(\`create domain ${schema}.short as text check (length(value) < 9)\`);
    await sql(\`create function ${schema}.twice(n integer) returns integer language sql immutable as 'select n * 2'\`);
    await sql(\`create table ${schema}.things (
      id bigint generated always as identity primary key, mood ${schema}.mood not null default 'good', short ${schema}.short,
      amount numeric(19,4), doubled integer generated always as (${schema}.twice(number)) stored, number integer, real double precision,
      bytes bytea, list text[], facts jsonb, day date, at timestamptz, span interval, flag boolean, code char(3),
      account_id uuid references core.accounts (id) on delete set null, check (number > -5))\`);
    await sql(\`create index things_number on ${schema}.things (number desc) where flag\`);
    await sql(\`create view ${schema}.loud as select id, upper(mood::text) as mood from ${schema}.things\`);
    await sql(\`create function ${schema}.first_thing() returns ${schema}.things language sql as 'select * from ${schema}.things limit 1'\`);
    await sql(\`create trigger tell after insert on ${schema}.things for each statement execute function core.tell_settings_changed()\`);
    await sql(\`create sequence ${schema}.numbers start 5 increment 3\`);
    await sql(\`insert into ${schema}.things (mood, short, amount, number, real, bytes, list, facts, day, at, span, flag, code) values
      ('b''ad', E'a\\\\\\\\b\\tc', 12.3400, 7, 0.1, '\\\\x00ff0a', array['a', null, 'ü"\\\\'], '{"a": [1, null]}', '2026-02-28', '2026-03-29 02:30:00+02', '1 mon 3 days', true, 'EU'),
      ('good', '', null, null, 'NaN', '', '{}', 'null', '-infinity', 'infinity', null, null, null)\`);
    await sql(\`select nextval('${schema}.numbers')\`);`,
});

const settings = `settings: { schema: { type: 'object', properties: { key: { type: 'string', default: '', secret: true } } } },`;

describe('Backup and restore', function () {
  this.timeout(60_000);
  let home: BackupHome;
  let source: TestDatabase;

  before(async () => {
    home = await BackupHome.create();
    source = await home.filledDatabase();
    const { workspace } = await home.workspace(source, 'data');
    const { lifecycle } = workspace;
    const plugin = async (facts: FixturePlugin): Promise<void> => {
      await lifecycle.install(await writePlugin(home.path('packages'), { ...uploads, ...facts }), 'operator');
      await lifecycle.enable(facts.id, 'operator');
    };
    await plugin({ id: 'active', members: settings, migrations: [things('p_active')] });
    await lifecycle.settings.change('active', { key: 'of the mail server' });
    await plugin({ id: 'resting', migrations: [things('p_resting')] });
    await lifecycle.disable('resting', 'operator');
    await plugin({ id: 'removed', migrations: [things('p_removed')] });
    await lifecycle.remove('removed', 'operator');
    await home.closeWorkspaces();
  });
  after(() => home.close());

  it('gives a copy that equals the original by every look at it, and backs up to the same bytes', async () => {
    const target = await home.emptyDatabase();

    const first = await home.backUp(source, 'data', 'first.zst');
    await home.restore(target, 'other', 'first.zst');
    const again = await home.backUp(target, 'other', 'again.zst');

    expect(again.body).to.equal(first.body);
    expect(again.tables).to.deep.equal(first.tables);
    expect(Object.keys(first.tables)).to.include.members(['core.accounts', 'p_active.things', 'p_resting.things']);
    const [before, after] = [await home.client(source), await home.client(target)];
    const own = ['core.plugins', 'core.holds'];
    const [original, copy] = [await fingerprints(before), await fingerprints(after)];
    expect(without(copy, own)).to.deep.equal(without(original, own));
    for (const query of catalogue)
      expect((await after.query(query)).rows, query).to.deep.equal((await before.query(query)).rows);
    expect((await stat(home.path('first.zst'))).mode & 0o777).to.equal(0o600);
    expect(await readdir(home.folder)).to.not.include.members(['first.zst.part-0']);
  });

  it('brings packages along, wherever the data folder is, and starts with what was active', async () => {
    const target = await home.emptyDatabase();
    await home.backUp(source, 'data', 'packages.zst');
    const { hasKey } = await home.restore(target, 'moved', 'packages.zst');

    const { workspace } = await home.workspace(target, 'moved');

    const states = (await workspace.lifecycle.list()).map(({ id, state }) => [id, state]);
    expect(states).to.deep.equal([
      ['active', 'active'],
      ['removed', 'archived'],
      ['resting', 'disabled'],
    ]);
    expect(workspace.generation().modules.map(({ module }) => module)).to.include('active');
    expect(hasKey).to.equal(false);
    expect((await workspace.lifecycle.doctor('active')).map(({ problem }) => problem)).to.include(
      'the secret setting key was sealed with another key',
    );
    await workspace.lifecycle.restore('removed', 'operator');
    await workspace.lifecycle.enable('removed', 'operator');
    expect((await workspace.lifecycle.list()).find(({ id }) => id === 'removed')?.state).to.equal('active');
  });

  it('brings the key of secrets along only when asked', async () => {
    const target = await home.emptyDatabase();
    const key = await readFile(join(home.path('data'), 'secrets.key'));
    await home.backUp(source, 'data', 'bare.zst');
    await home.backUp(source, 'data', 'whole.zst', true);

    const restored = await home.restore(target, 'whole', 'whole.zst');

    expect(restored.hasKey).to.equal(true);
    expect(await readFile(join(home.path('whole'), 'secrets.key'))).to.deep.equal(key);
    const archives = await Promise.all(['bare.zst', 'whole.zst'].map((file) => checkArchive(home.path(file))));
    expect(archives.map(({ trailer }) => Object.keys(trailer.files).includes('secrets.key'))).to.deep.equal([
      false,
      true,
    ]);
  });

  it('goes into an empty database only, and never over another backup', async () => {
    await home.backUp(source, 'data', 'once.zst');

    const overDatabase = await codeOf(home.restore(source, 'data', 'once.zst'));
    const overFile = await codeOf(home.backUp(source, 'data', 'once.zst'));

    expect([overDatabase, overFile]).to.deep.equal(['database_not_empty', 'archive_exists']);
  });

  it('refuses to leave out what it cannot carry', async () => {
    const odd = await home.filledDatabase();
    await (await home.client(odd)).query('create materialized view core.odd as select 1');

    expect(await codeOf(home.backUp(odd, 'data', 'odd.zst'))).to.equal('archive_incomplete');
    expect(await readdir(home.folder)).to.not.include('odd.zst');
  });

  it('sees one moment while others write', async () => {
    const busy = await home.filledDatabase();
    const [writer, other] = [await home.client(busy), await home.client(busy)];
    await writer.query(`create table core.a_sums (id integer primary key, amount integer not null);
      create table core.z_moves (id bigint generated always as identity primary key, amount integer not null);
      insert into core.a_sums select n, 1000 from generate_series(1, 50) n`);
    const running = { value: true, moves: 0 };
    const write = async (client: pg.Client): Promise<void> => {
      while (running.value) {
        await client.query(`begin;
          update core.a_sums set amount = amount - 7 where id = (select 1 + floor(random() * 50)::int);
          insert into core.z_moves (amount) values (7);
          commit`);
        running.moves += 1;
      }
    };
    const writing = Promise.all([write(writer), write(other)]);
    while (running.moves < 20) await pause(5);
    const before = running.moves;

    const archive = await home.backUp(busy, 'data', 'busy.zst');
    const during = running.moves - before;
    running.value = false;
    await writing;

    const target = await home.emptyDatabase();
    await home.restore(target, 'busy', 'busy.zst');
    const { rows } = await (
      await home.client(target)
    ).query(
      `select (sums.amount + moves.amount)::int as total, moves.amount::int as moved, nextval('core.z_moves_id_seq') > moves.last as "isAhead"
       from (select sum(amount) as amount from core.a_sums) sums, (select sum(amount) as amount, max(id) as last from core.z_moves) moves`,
    );
    expect(during, 'writes while the backup ran').to.be.greaterThan(0);
    expect(rows).to.deep.equal([
      { total: 50_000, moved: 7 * (archive.tables['core.z_moves']?.count ?? 0), isAhead: true },
    ]);
  });
});

async function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'nothing was thrown',
    (error: unknown) => (error as { code?: string }).code ?? String(error),
  );
}

/** Rows of each table as PostgreSQL sees them, by a way that shares nothing with the archive. */
async function fingerprints(client: pg.Client): Promise<Record<string, string>> {
  const { rows } = await client.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname not in ('pg_catalog', 'information_schema') order by 1`,
  );
  const found: Record<string, string> = {};
  for (const { name } of rows) {
    const { rows: sums } = await client.query<{ sum: string }>(
      `select count(*) || ' ' || coalesce(md5(string_agg(md5(t::text), '' order by md5(t::text))), '') as sum from ${name} t`,
    );
    found[name] = sums[0]?.sum ?? '';
  }
  return found;
}

/** What the information schema and the catalogue say, without object ids and the made-up names of NOT NULL. */
const catalogue = [
  `select table_schema, table_name, column_name, row_number() over (partition by table_schema, table_name order by ordinal_position), column_default, is_nullable, data_type, is_identity, generation_expression
     from information_schema.columns where table_schema ~ '^(core|graphile|p_|archived)' order by 1, 2, 4`,
  `select schemaname, indexname, indexdef from pg_indexes where schemaname ~ '^(core|graphile|p_|archived)' order by 1, 2`,
  `select conrelid::regclass::text, conname, pg_get_constraintdef(oid) from pg_constraint where contype <> 'n' and connamespace::regnamespace::text ~ '^(core|graphile|p_|archived)' order by 1, 2, 3`,
  `select tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) from pg_trigger where not tgisinternal order by 1, 2`,
  `select oid::regprocedure::text, pg_get_functiondef(oid) from pg_proc where pronamespace::regnamespace::text ~ '^(core|graphile|p_|archived)' order by 1`,
  `select oid::regclass::text, reloptions, relrowsecurity, relpersistence from pg_class where relnamespace::regnamespace::text ~ '^(core|graphile|p_|archived)' and relkind in ('r', 'v') order by 1`,
];

function without(record: Record<string, string>, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => !names.includes(name)));
}
