import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { createTestHost } from '@trellis-crm/core/testing';
import { expect } from 'chai';
import { createSession } from '../../dist/auth/session-store.js';
import { mostFieldBytes, readMultipart } from '../../dist/files/read-multipart.js';
import { csrfTokenOf } from '../../dist/http/csrf.js';
import { formWith, pdf } from './sent-files.js';

const file = { field: 'file', name: 'a.pdf', content: pdf };

describe('readMultipart', () => {
  const read = async (form: ReturnType<typeof formWith>) => {
    const pieces = Array.from({ length: Math.ceil(form.body.length / 65_536) }, (_, index) =>
      form.body.subarray(index * 65_536, (index + 1) * 65_536),
    );
    const { fields } = await readMultipart(Readable.from(pieces), form.headers['Content-Type'], {
      limits: { files: 1, fileSize: 1000 },
      take: buffer,
      refusals: { tooMany: () => new RangeError('many') as never },
    });
    return fields;
  };
  const codeOf = (form: ReturnType<typeof formWith>) =>
    read(form).then(
      () => null,
      (error: unknown) => (error as { readonly code?: string }).code,
    );

  it('keeps a long text as a whole', async () => {
    const text = '长'.repeat(200_000);

    expect((await read(formWith([['notes', text]], [file]))).get('notes')).to.deep.equal([text]);
  });

  it('refuses more text than there is room for, in one field or in many, rather than to cut it', async () => {
    const quarter = 'x'.repeat(mostFieldBytes / 4 - 1);
    const four = Array.from({ length: 4 }, () => ['n', quarter] as const);

    expect(await codeOf(formWith(four, [file]))).to.equal(null);
    expect(await codeOf(formWith([...four, ['n', '']], [file]))).to.equal('body_too_large');
    expect(await codeOf(formWith([['notes', 'x'.repeat(mostFieldBytes + 1)]], [file]))).to.equal('body_too_large');
  });
});

describe('A form with too much text', () => {
  it('is refused by every door that takes files, and leaves nothing', async () => {
    const host = await createTestHost();
    try {
      const place = { ip: '127.0.0.1', userAgent: 'test' };
      const session = await createSession(host.workspace.database.knex, host.user.userId, place, host.clock.now());
      const fields = Array.from({ length: 9 }, (_, index) => [`field${index}`, 'x'.repeat(255_000)] as const);
      const form = formWith([['_csrf', csrfTokenOf(session)], ...fields], [file]);
      const headers = { ...form.headers, Cookie: `trellis_session=${session}`, 'Sec-Fetch-Site': 'same-origin' };
      const send = (path: string) =>
        // Without a length, which could be refused beforehand.
        fetch(host.url + path, {
          method: 'POST',
          headers,
          body: new Blob([new Uint8Array(form.body)]).stream(),
          duplex: 'half',
        });

      const answers = [];
      for (const path of ['/api/v1/files', '/api/v1/imports', '/imports', '/accounts/new']) {
        const { status } = await send(path);
        answers.push(status);
      }

      expect(answers).to.deep.equal([413, 413, 413, 413]);
      expect(await host.sql('select id from core.files')).to.deep.equal([]);
    } finally {
      await host.close();
    }
  });
});
