import { connect } from 'node:net';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createTestHost, type CoreTestHost } from '@trellis-crm/core/testing';
import { expect } from 'chai';
import { createToken } from '../../dist/auth/api-token-store.js';
import { FileStore } from '../../dist/files/index.js';
import { formWith, pdf, png, program, upload, uploaded } from './sent-files.js';

describe('POST /api/v1/files', () => {
  let host: CoreTestHost;
  before(async () => {
    host = await createTestHost();
  });
  after(() => host.close());

  const folder = (...names: string[]): string => join(host.workspace.config.dataDir, 'files', ...names);
  const filesKept = (): Promise<readonly unknown[]> => host.sql('select id from core.files');
  const incoming = (): Promise<string[]> => readdir(folder('incoming'));

  it('keeps a bare body and says what it is, whatever its name', async () => {
    const { status, headers, body } = await upload(host, host.user, pdf, 'Contract 2026.pdf');

    expect(status).to.equal(201);
    expect(headers.get('location')).to.equal(`/api/v1/files/${String(body['id'])}`);
    expect(body).to.deep.include({ name: 'Contract 2026.pdf', type: 'application/pdf', size: pdf.length });
    expect((await upload(host, host.user, png, 'photo.exe')).body).to.deep.include({
      name: 'photo.exe.png',
      type: 'image/png',
    });
    expect((await upload(host, host.user, Buffer.from('<script>x</script>'), 'page.html')).body['type']).to.equal(
      'text/plain',
    );
    expect((await upload(host, host.user, Buffer.from('del *.*'), 'clean.bat')).body['name']).to.equal('clean.bat.txt');
  });

  it('keeps the file of a form, and the same content once', async () => {
    const form = formWith([['note', 'x']], [{ field: 'file', name: 'C:\\Users\\ann\\合同.pdf', content: pdf }]);
    await upload(host, host.user, pdf);

    const { status, body } = await host.as(host.user).post('/api/v1/files', form.body, form.headers);

    expect([status, body['name']]).to.deep.equal([201, '合同.pdf']);
    const [row] = await host.sql('select sha256, count(*)::int as times from core.files where name like ? group by 1', [
      '%.pdf',
    ]);
    const sha256 = String(row?.['sha256']);
    expect(await readdir(folder(sha256.slice(0, 2)))).to.deep.equal([sha256]);
  });

  const names: readonly (readonly [string, string])[] = [
    ['../../etc/passwd', 'passwd.pdf'],
    ['a\tb\r\nc.pdf', 'a b c.pdf'],
    ['\u202efdp.exe', 'fdp.exe.pdf'],
    ['   ..  ', 'file.pdf'],
    [`${'n'.repeat(300)}.pdf`, `${'n'.repeat(196)}.pdf`],
  ];
  for (const [given, kept] of names)
    it(`makes of the name ${JSON.stringify(given.slice(0, 20))} one that can be shown and saved`, async () => {
      expect((await upload(host, host.user, pdf, given)).body['name']).to.equal(kept);
    });

  it('refuses what is empty, a program, nobody knows, too big or several, and keeps nothing of it', async () => {
    const before = await filesKept();
    const two = formWith(
      [],
      [1, 2].map((n) => ({ field: 'file', name: `${n}.pdf`, content: pdf })),
    );
    const one = formWith([], [{ field: 'file', name: 'cut.pdf', content: pdf }]);
    const none = formWith([['name', 'x']], []);
    const big = Buffer.concat([pdf, Buffer.alloc(25 * 1024 * 1024)]);
    const bigForm = formWith([], [{ field: 'file', name: 'big.pdf', content: big }]);
    const send = ({ body, headers }: ReturnType<typeof formWith>) =>
      host.as(host.user).post('/api/v1/files', body, headers);

    const answers = [
      await upload(host, host.user, Buffer.alloc(0)),
      await upload(host, host.user, program, 'setup.pdf'),
      await upload(host, host.user, Buffer.from([0, 1, 2, 3, 4, 5])),
      await upload(host, host.user, big),
      await send(bigForm),
      await send(two),
      await send(none),
      await send({ ...one, body: one.body.subarray(0, -40) }),
    ];

    expect(answers.map(({ status, body }) => `${status} ${String(body['code'])}`)).to.deep.equal([
      '422 file_empty',
      '422 file_type_refused',
      '422 file_type_refused',
      '413 file_too_large',
      '413 file_too_large',
      '422 too_many_files',
      '422 no_file',
      '400 malformed_form',
    ]);
    expect(await filesKept()).to.have.length(before.length);
    expect(await incoming()).to.deep.equal([]);
  });

  it('refuses nobody, other types and unknown parameters', async () => {
    const post = (path: string, type: string) => host.as(host.user).post(path, pdf, { 'Content-Type': type });

    expect(
      (await host.as().post('/api/v1/files', pdf, { 'Content-Type': 'application/octet-stream' })).status,
    ).to.equal(401);
    expect((await post('/api/v1/files', 'application/json')).status).to.equal(415);
    expect((await post('/api/v1/files?colour=red', 'application/octet-stream')).status).to.equal(400);
  });

  it('leaves nothing of a connection that is lost midway', async () => {
    const before = await filesKept();
    const { port } = new URL(host.url);
    const owner = { userId: host.user.userId, name: 'lost', scopes: ['*'], expiresAt: null };
    const { token } = await createToken(host.workspace.database.knex, owner, host.clock.now());
    const socket = connect(Number(port), '127.0.0.1');
    const head = `POST /api/v1/files HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/octet-stream\r\nContent-Length: 1000000\r\n\r\n`;
    socket.write(Buffer.concat([Buffer.from(head), pdf]));
    await until(async () => (await incoming()).length === 1);
    socket.destroy();
    await until(async () => (await incoming()).length === 0);

    expect(await filesKept()).to.have.length(before.length);
  });

  it('says when there is no room left', async () => {
    const small = await createTestHost();
    try {
      const parts = {
        knex: small.workspace.database.knex,
        clock: small.clock,
        dataDir: small.workspace.config.dataDir,
      };
      const store = new FileStore({ ...parts, maxBytes: 1000, quotaBytes: pdf.length + 10 });
      small.workspace.container.register(FileStore, { useValue: store });

      expect((await upload(small, small.user, pdf)).status).to.equal(201);
      const { status, body, headers } = await upload(small, small.user, pdf);

      expect([status, body['code']]).to.deep.equal([503, 'storage_full']);
      expect(headers.get('retry-after')).to.equal('60');
      expect(await small.sql('select id from core.files')).to.have.length(1);
    } finally {
      await small.close();
    }
  });
});

describe('GET /api/v1/files/:id', () => {
  let host: CoreTestHost;
  before(async () => {
    host = await createTestHost();
  });
  after(() => host.close());

  it('gives content to save, which no browser runs, and not twice to who has it and still may', async () => {
    const id = await uploaded(host, host.user, pdf, 'Vertrag „neu“.pdf');

    const { status, headers, text } = await host.as(host.user).get(`/api/v1/files/${id}`);

    expect([status, text]).to.deep.equal([200, pdf.toString()]);
    expect(headers.get('content-type')).to.equal('application/pdf');
    expect(headers.get('content-disposition')).to.match(/^attachment; filename=.*; filename\*=UTF-8''Vertrag/);
    expect(headers.get('x-content-type-options')).to.equal('nosniff');
    expect(headers.get('content-security-policy')).to.equal("default-src 'none'; sandbox");
    expect(headers.get('cache-control')).to.equal('private, no-cache');
    const again = await host.as(host.user).get(`/api/v1/files/${id}`, { 'If-None-Match': headers.get('etag') ?? '' });
    expect(again.status).to.equal(304);
  });

  it('shows pictures on pages and nothing else', async () => {
    const picture = await uploaded(host, host.user, png, 'logo.png');
    const text = await uploaded(host, host.user, Buffer.from('<svg onload="x"/>'), 'logo.svg');
    const dispositionOf = async (id: string) =>
      (await host.as(host.user).page(`/files/${id}`)).headers.get('content-disposition');

    expect(await dispositionOf(picture)).to.equal('inline; filename=logo.png');
    expect(await dispositionOf(text)).to.equal('attachment; filename=logo.svg');
  });

  it('answers alike what is absent, of somebody else and malformed', async () => {
    const id = await uploaded(host, host.user);
    const ask = async (one: string, user = host.admin) => {
      const { status, body } = await host.as(user).get(`/api/v1/files/${one}`);
      return [status, body['code'], body['detail']];
    };

    expect(await ask(id)).to.deep.equal(await ask(crypto.randomUUID()));
    expect((await ask(id))[0]).to.equal(404);
    expect((await ask('x'))[0]).to.equal(404);
    expect((await host.as().get(`/api/v1/files/${id}`)).status).to.equal(401);
    expect((await ask(id, host.user))[0]).to.equal(200);
  });
});

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let round = 0; round < 500 && !(await isSo()); round++) await new Promise((resolve) => setTimeout(resolve, 10));
}
