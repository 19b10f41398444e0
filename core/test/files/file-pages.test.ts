import { createTestHost, type CoreTestHost } from '@trellis-crm/core/testing';
import type { TestResponse } from '@trellis-crm/sdk/testing';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { createSession } from '../../dist/auth/session-store.js';
import { csrfTokenOf } from '../../dist/http/csrf.js';
import { formWith, pdf, png, program } from './sent-files.js';

describe('files on pages', () => {
  let host: CoreTestHost;
  let session: string;
  before(async () => {
    host = await createTestHost();
    const { knex } = host.workspace.database;
    const place = { ip: '127.0.0.1', userAgent: 'test' };
    session = await createSession(knex, host.user.userId, place, host.clock.now());
  });
  after(() => host.close());

  type Sent = Parameters<typeof formWith>[1];

  /** A form as a browser without scripts sends it. */
  const send = async (
    path: string,
    fields: Readonly<Record<string, string>>,
    files: Sent,
    csrf = csrfTokenOf(session),
  ): Promise<Pick<TestResponse, 'status' | 'text'> & { readonly location: string }> => {
    const { body, headers } = formWith([['_csrf', csrf], ...Object.entries(fields)], files);
    const answer = await fetch(host.url + path, {
      method: 'POST',
      redirect: 'manual',
      headers: { ...headers, Cookie: `trellis_session=${session}` },
      body: new Uint8Array(body),
    });
    return { status: answer.status, text: await answer.text(), location: answer.headers.get('location') ?? '' };
  };
  const file = (name: string, content: Uint8Array = pdf): Sent[number] => ({ field: 'files.add', name, content });
  const filesOf = async (path: string): Promise<readonly unknown[]> => {
    const { body } = await host.as(host.user).get(`/api/v1${path}`);
    return (body['files'] as unknown as readonly { name: string }[]).map(({ name }) => name);
  };
  const create = async (): Promise<string> => {
    const { body } = await host.as(host.user).post('/api/v1/accounts', { name: 'Paged' });
    return String(body['id']);
  };

  it('come with the form of a record, several at once, and stay by their ticked boxes', async () => {
    const made = await send('/accounts/new', { name: 'With files', owner: host.user.userId }, [
      file('a.pdf'),
      file('b.png', png),
    ]);
    const page = await host.as(host.user).page(made.location);
    const form = await host.as(host.user).page(`${made.location}/edit`);
    const [kept] = [...form.text.matchAll(/name="files" value="([^"]+)"/g)].map(([, value = '']) => value);

    const saved = await send(
      `${made.location}/edit`,
      { name: 'With files', owner: host.user.userId, files: kept ?? '' },
      [file('c.pdf')],
    );

    expect([made.status, saved.status]).to.deep.equal([303, 303]);
    expect(page.text).to.match(/<a class="link" href="\/files\/[0-9a-f-]{36}" hx-boost="false">a\.pdf<\/a>/);
    expect(form.text).to.contain('enctype="multipart/form-data"');
    expect(await filesOf(made.location)).to.deep.equal(['a.pdf', 'c.pdf']);
  });

  it('come with the composer and stand in the timeline', async () => {
    const id = await create();

    const { status } = await send(`/accounts/${id}/activities`, { kind: 'note', body: 'Signed' }, [file('signed.pdf')]);
    const { text } = await host.as(host.user).page(`/accounts/${id}`);

    expect(status).to.equal(303);
    expect(text).to.match(/class="event-files".*signed\.pdf/);
  });

  it('are added and taken out where the record shows them', async () => {
    const id = await create();
    const added = await send(`/accounts/${id}/fields/files`, {}, [file('in-place.pdf'), file('second.pdf')]);
    const editor = await host
      .as(host.user)
      .page(`/accounts/${id}/fields/files`, { 'HX-Request': 'true', 'HX-Request-Type': 'partial' });
    const kept = [...editor.text.matchAll(/name="files" value="([^"]+)"/g)].map(([, value = '']) => value);
    const both = await filesOf(`/accounts/${id}`);
    const refused = await send(`/accounts/${id}/fields/files`, {}, [file('run.exe', program)]);

    await send(`/accounts/${id}/fields/files`, { files: kept[1] ?? '' }, []);

    expect([added.status, refused.status]).to.deep.equal([303, 422]);
    expect(both).to.deep.equal(['in-place.pdf', 'second.pdf']);
    expect(await filesOf(`/accounts/${id}`)).to.deep.equal(['second.pdf']);
  });

  it('are kept when something else is wrong, and named when they are', async () => {
    const refused = await send('/accounts/new', { name: '' }, [
      file('good.pdf'),
      file('run.exe', program),
      file('nil.txt', Buffer.alloc(0)),
    ]);

    expect(refused.status).to.equal(422);
    expect(refused.text).to.match(/name="files" value="[0-9a-f-]{36}:good\.pdf" checked/);
    expect(refused.text).to.contain('“run.exe” is of a kind that is not kept here');
  });

  it('say when one is too large, without losing what was typed', async () => {
    const big = Buffer.concat([pdf, Buffer.alloc(25 * 1024 * 1024)]);

    const { status, text } = await send('/accounts/new', { name: 'Typed in' }, [file('big.pdf', big)]);

    expect(status).to.equal(422);
    expect(text).to.contain('“big.pdf” is larger than 25 MB').and.to.contain('value="Typed in"');
  });

  it('leave nothing behind when the form is refused, its token wrong, or it takes none', async () => {
    const id = await create();
    const before = await host.sql('select id from core.files');
    const many = Array.from({ length: 11 }, (_none, place) => file(`${place}.pdf`));

    const answers = [
      await send('/accounts/new', { name: 'Many' }, many),
      await send('/accounts/new', { name: 'Forged' }, [file('a.pdf')], 'wrong'),
      await send(`/accounts/${id}/trash`, {}, [file('a.pdf')]),
    ];

    expect(answers.map(({ status }) => status)).to.deep.equal([422, 403, 415]);
    expect(await host.sql('select id from core.files')).to.have.length(before.length);
    const incoming = join(host.workspace.config.dataDir, 'files', 'incoming');
    expect(await readdir(incoming)).to.deep.equal([]);
  });

  it('come with more forms at once than there are connections', async () => {
    const id = await create();
    const forms = Array.from({ length: 30 }, (_none, place) =>
      send(`/accounts/${id}/activities`, { _key: `many-${place}`, kind: 'note', body: `Note ${place}` }, [
        file('a.pdf'),
      ]),
    );

    const statuses = (await Promise.all(forms)).map(({ status }) => status);

    expect(new Set(statuses)).to.deep.equal(new Set([303]));
  });

  it('make another form of one that is sent again with others', async () => {
    const id = await create();
    const note = (...files: Sent) =>
      send(`/accounts/${id}/activities`, { _key: 'twice', kind: 'note', body: 'Signed' }, files);

    const answers = [
      await note(file('a.pdf')),
      await note(file('a.pdf')),
      await note(file('b.png', png)),
      await note(),
    ];

    expect(answers.map(({ status }) => status)).to.deep.equal([303, 303, 422, 422]);
    const { body } = await host.as(host.user).get(`/api/v1/activities?filter[links.id]=${id}`);
    expect(body['data'] ?? body).to.have.length(1);
  });

  it('cannot be attached by the id of somebody else’s', async () => {
    const { body } = await host
      .as(host.admin)
      .post('/api/v1/files?name=x.pdf', pdf, { 'Content-Type': 'application/octet-stream' });

    const { status, text } = await send('/accounts/new', { name: 'Taken', files: `${String(body['id'])}:x.pdf` }, []);

    expect(status).to.equal(422);
    expect(text).to.contain('One of these files is not there any more');
  });
});
