import { expect } from 'chai';
import type { TestHost } from '@trellis-crm/sdk/testing';
import { readFlash } from '../../dist/pages/flash.js';
import { createTestHost } from '../../dist/testing/index.js';

/** What a form is refused for most often: where, what was typed, and what is said about it. */
const refusals = [
  {
    path: '/accounts/new',
    form: { name: 'A'.repeat(300) },
    says: ['At most 200 characters', '最多 200 个字符'],
  },
  {
    path: '/contacts/new',
    form: { name: 'Ann', 'emails.0.email': 'abc', 'emails.0.kind': 'work' },
    says: ['Enter an e-mail address', '请输入电子邮箱'],
  },
  {
    path: '/contacts/new',
    form: { name: 'Ann', owner: '00000000-0000-7000-8000-000000000000' },
    says: ['This record does not exist', '该记录不存在'],
  },
  {
    path: '/me/password',
    form: { oldPassword: 'not mine at all', newPassword: 'a long sentence of mine' },
    says: ['This is not your password', '密码不正确'],
  },
] as const;

describe('refusals on pages', function () {
  this.timeout(30_000);
  let host: TestHost;
  before(async () => (host = await createTestHost()));
  after(() => host.close());

  const admin = () => host.as(host.admin);
  const speak = (locale: string) => admin().patch('/api/v1/me/preferences', { locale });

  for (const { path, form, says } of refusals)
    it(`are told in the reader's language: ${says[0]}`, async () => {
      const english = await admin().submit(path, { ...form, _version: '1' });
      await speak('zh-CN');
      const chinese = await admin().submit(path, { ...form, _version: '1' });
      await speak('en');

      expect([english.status, chinese.status]).to.deep.equal([422, 422]);
      expect(english.text).to.contain(says[0]).and.not.contain('must ');
      expect(chinese.text).to.contain(says[1]).and.not.contain('must ');
    });

  it('of an account that would belong to itself say so', async () => {
    const { body } = await admin().post('/api/v1/accounts', { name: 'Ring' });
    const id = String(body['id']);

    const { status, text } = await admin().submit(`/accounts/${id}/edit`, { name: 'Ring', parent: id, _version: '1' });

    expect([status, text.includes('This would make it part of itself')]).to.deep.equal([422, true]);
  });

  it('of who takes back what was taken back already are told on the page of the change', async () => {
    const { body } = await admin().post('/api/v1/accounts', { name: 'Twice', industry: 'Before' });
    const ids = [String(body['id'])];
    const begun = await admin().post('/api/v1/accounts/bulk', { action: 'update', ids, set: { industry: 'After' } });
    await host.settle();
    const page = `/change-sets/${String(begun.body['data']?.['id'])}`;

    const first = await admin().submit(`${page}/undo`, {});
    await host.settle();
    const second = await admin().submit(`${page}/undo`, {});
    const stopped = await admin().submit(`${page}/cancellation`, {});

    expect([first.status, second.status, stopped.status]).to.deep.equal([303, 303, 303]);
    expect([second, stopped].map(({ headers }) => headers.get('location'))).to.deep.equal([page, page]);
    expect(flashOf(second.headers)).to.deep.equal({ text: 'This was taken back already', tone: 'bad' });
    expect(flashOf(stopped.headers)).to.deep.equal({ text: 'This is over already', tone: 'bad' });
  });

  it('of a part of a page say in a header what a toast shows, also beyond ASCII', async () => {
    const partial = { 'HX-Request': 'true', 'HX-Request-Type': 'partial' };
    const missing = '/accounts/00000000-0000-7000-8000-000000000000';
    const english = await admin().page(missing, partial);
    await speak('zh-CN');
    const chinese = await admin().page(missing, partial);
    await speak('en');

    const told = [english, chinese].map(({ headers }) => decodeURIComponent(headers.get('x-problem-text') ?? ''));
    expect(told).to.deep.equal(['The page does not exist, or it is not visible to you.', '页面不存在，或对您不可见。']);
  });
});

function flashOf(headers: Headers): object | null {
  const cookie = headers.getSetCookie().find((one) => one.startsWith('flash='));
  return readFlash({ cookie: () => cookie?.split(/[=;]/)[1] });
}
