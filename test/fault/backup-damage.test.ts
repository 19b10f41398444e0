import { createHash } from 'node:crypto';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { createTestDatabase, type TestDatabase } from '@trellis-crm/core/testing';
import { createTestHost, type TestHost } from '@trellis-crm/sdk/testing';
import { expect } from 'chai';
import pg from 'pg';
import type * as Backup from '../../core/dist/backup/index.js';
import { loadRoom } from '../support/core-room.js';
import { randomFrom, timesOf } from '../support/scale.js';

const sealBytes = 40;

describe('A damaged backup', function () {
  this.timeout(600_000);
  let backup: typeof Backup;
  let folder: string;
  let host: TestHost;
  let empty: TestDatabase;
  let target: pg.Client;
  let whole: Buffer;

  before(async () => {
    backup = await loadRoom<typeof Backup>('backup/index.js');
    folder = await mkdtemp(join(tmpdir(), 'trellis-damage-'));
    host = await createTestHost();
    empty = await createTestDatabase();
    await host.sql(
      `insert into core.accounts (id, name) select gen_random_uuid(), 'Account ' || n from generate_series(1, 2000) n`,
    );
    const [{ name = '' } = {}] = await host.sql('select current_database() as name');
    const url = new URL(empty.url);
    url.pathname = `/${String(name)}`;
    const source = await connect(url.href);
    await backup.createBackup(join(folder, 'whole.zst'), { client: source, folders: places('source'), withKey: false });
    await source.end();
    whole = await readFile(join(folder, 'whole.zst'));
    target = await connect(empty.url);
  });
  after(async () => {
    await target.end();
    await empty.drop();
    await host.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('is refused whatever byte differs, wherever it ends, and nothing is written', async () => {
    const times = timesOf(40, 12);
    const random = randomFrom(22);
    for (let trial = 0; trial < times; trial += 1) {
      const { what, bytes } = damage(whole, trial, random);
      expect(bytes.equals(whole), `${what} changes the file`).to.equal(false);

      const outcome = await restore(bytes);

      expect(outcome, what).to.match(/^archive_(damaged|unknown)$/);
      expect(await schemas(), what).to.deep.equal([]);
    }
  });

  it('is refused when a row was changed and the seal made anew', async () => {
    const lines = zstdDecompressSync(whole.subarray(0, -sealBytes)).toString('utf8');
    const changed = sealed(lines.replace('"Account 1000"', '"Account 9999"'));

    expect(lines).to.contain('"Account 1000"');
    expect(await restore(changed)).to.equal('archive_damaged');
    expect(await schemas()).to.deep.equal([]);
  });

  it('would be noticed by this test: a sound one is not refused, made anew from the same lines', async () => {
    const lines = zstdDecompressSync(whole.subarray(0, -sealBytes)).toString('utf8');

    const other = await createTestDatabase();
    const client = await connect(other.url);
    const outcome = await restore(sealed(lines), client);
    const found = await schemas(client);
    await client.end();
    await other.drop();

    expect(outcome).to.equal('restored');
    expect(found).to.include('core');
  });

  it('can be read without us', async function () {
    const text = await run('zstd', ['-dc', join(folder, 'whole.zst')]);
    if (text === undefined) return this.skip();

    const lines = text.split('\n');
    expect(JSON.parse(lines[0] ?? '')).to.have.nested.property('header.format', 'trellis-backup');
    expect(lines.filter((line) => line.includes('"Account '))).to.have.length(2000);
  });

  async function restore(bytes: Buffer, client = target): Promise<string> {
    const path = join(folder, 'damaged.zst');
    await writeFile(path, bytes);
    const parts = { client, folders: places('target'), now: new Date(), isHeld: true };
    return backup.restoreBackup(path, parts).then(
      () => 'restored',
      (error: unknown) => (error as { code?: string }).code ?? String(error),
    );
  }

  async function schemas(client = target): Promise<string[]> {
    const { rows } = await client.query<{ name: string }>(
      `select nspname as name from pg_namespace where nspname !~ '^pg_' and nspname not in ('information_schema', 'public')`,
    );
    return rows.map(({ name }) => name);
  }

  function places(name: string) {
    return { dataDir: join(folder, name), pluginsDir: join(folder, 'plugins') };
  }
});

/** The first kinds hit the places where a format has its weak spots; the rest hit anywhere. */
function damage(whole: Buffer, trial: number, random: () => number): { what: string; bytes: Buffer } {
  const at = Math.floor(random() * whole.length);
  const flipped = (position: number): { what: string; bytes: Buffer } => {
    const bytes = Buffer.from(whole);
    bytes[position] = (bytes[position] ?? 0) ^ (1 << (trial % 8));
    return { what: `bit ${trial % 8} of byte ${position}`, bytes };
  };
  const kinds = [
    () => flipped(0),
    () => flipped(4),
    () => flipped(whole.length - 1),
    () => flipped(whole.length - sealBytes),
    () => flipped(whole.length - sealBytes + 5),
    () => flipped(whole.length - sealBytes - 1),
    () => ({ what: 'cut before the seal', bytes: whole.subarray(0, -sealBytes) }),
    () => ({ what: 'cut by one byte', bytes: whole.subarray(0, -1) }),
    () => ({ what: 'nothing left', bytes: Buffer.alloc(0) }),
    () => ({ what: 'one byte more', bytes: Buffer.concat([whole, Buffer.from([0])]) }),
    () => ({ what: 'twice', bytes: Buffer.concat([whole, whole]) }),
  ];
  const kind = kinds[trial];
  if (kind !== undefined) return kind();
  if (trial % 4 === 0) return { what: `cut at ${at}`, bytes: whole.subarray(0, at) };
  if (trial % 4 === 1)
    return { what: `a hole at ${at}`, bytes: Buffer.concat([whole.subarray(0, at), whole.subarray(at + 1)]) };
  return flipped(at);
}

/** An archive of these lines with the right seal, as somebody who knows the format can make it. */
function sealed(lines: string): Buffer {
  const body = zstdCompressSync(Buffer.from(lines));
  const frame = Buffer.alloc(8);
  frame.writeUInt32LE(0x184d2a5e, 0);
  frame.writeUInt32LE(32, 4);
  return Buffer.concat([body, frame, createHash('sha256').update(body).digest()]);
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client;
}

function run(command: string, args: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(command, args, { maxBuffer: 100_000_000 }, (error, stdout) =>
      resolve(error === null ? stdout : undefined),
    );
  });
}
