import { expect } from 'chai';
import { buildUser, openAuthLab, type AuthLab } from './auth-lab.js';

const password = 'a rather long sentence';

describe('the sign-in page', () => {
  let lab: AuthLab;
  before(async () => {
    lab = await openAuthLab();
  });
  after(() => lab.close());

  /** A browser that opened the page and sends its form. */
  async function submit(form: Record<string, string>, headers: Record<string, string> = {}): Promise<Response> {
    const shown = await lab.fetch(`/login?next=${encodeURIComponent(form['next'] ?? '/')}`);
    const csrf = /name="_csrf" value="([^"]+)"/.exec(await shown.text())?.[1] ?? '';
    const cookie = shown.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    const body = new URLSearchParams({ _csrf: csrf, ...form });
    return lab.fetch('/login', { method: 'POST', headers: { Cookie: cookie, ...headers }, body });
  }

  it('signs in and goes on to where one wanted to be', async () => {
    const { email } = await buildUser(lab, { password });

    const answer = await submit({ email: String(email), password, next: '/deals?view=2' });

    expect([answer.status, answer.headers.get('location')]).to.deep.equal([303, '/deals?view=2']);
    expect(answer.headers.getSetCookie().join()).to.match(/trellis_session=[\w-]{43}; .*samesite=lax; httponly/i);
  });

  it('speaks the language of the browser where there are texts in it, else the language of the workspace', async () => {
    const languageOf = async (header: string): Promise<string | undefined> => {
      const shown = await lab.fetch('/login', { headers: { 'Accept-Language': header } });
      return /<html lang="([^"]+)"/.exec(await shown.text())?.[1];
    };

    expect(await Promise.all(['zh-CN,en;q=0.5', 'zh-TW', 'sv', 'x'].map(languageOf))).to.deep.equal([
      ...['zh-CN', 'zh-CN', 'en', 'en'],
    ]);
  });

  it('never goes on to another site', async () => {
    const { email } = await buildUser(lab, { password });
    const ways = ['https://evil.example', '//evil.example', '/\\evil.example', '/\t/evil.example'];

    const answers = await Promise.all(ways.map((next) => submit({ email: String(email), password, next })));

    expect(answers.map(({ headers }) => headers.get('location'))).to.deep.equal(['/', '/', '/', '/']);
  });

  it('loads the whole page anew for htmx, whose tokens are old now', async () => {
    const { email } = await buildUser(lab, { password });

    const answer = await submit({ email: String(email), password }, { 'HX-Request': 'true' });

    expect([answer.status, answer.headers.get('hx-redirect')]).to.deep.equal([200, '/']);
  });

  it('comes back with the address, without the password, for wrong ones', async () => {
    const answer = await submit({ email: 'nobody@example.test', password: 'a secret I typed' });

    const html = await answer.text();
    expect(answer.status).to.equal(422);
    expect(html).to.contain('nobody@example.test').and.contain('password is wrong').and.not.contain('a secret I typed');
  });

  it('takes no form that another site made', async () => {
    const { email } = await buildUser(lab, { password });
    const form = { email: String(email), password };

    const answers = [
      await lab.fetch('/login', { method: 'POST', body: new URLSearchParams(form) }),
      await submit(form, { 'Sec-Fetch-Site': 'cross-site' }),
      await submit({ ...form, _csrf: 'guess' }),
    ];

    expect(answers.map(({ status }) => status)).to.deep.equal([403, 403, 403]);
  });

  it('signs out by form only', async () => {
    const { email } = await buildUser(lab, { password });
    const signedIn = await submit({ email: String(email), password });
    const cookie =
      signedIn.headers
        .getSetCookie()
        .find((text) => text.startsWith('trellis_session='))
        ?.split(';')[0] ?? '';
    const { csrfToken } = (await (await lab.fetch('/api/v1/me', { headers: { Cookie: cookie } })).json()) as {
      csrfToken: string;
    };

    const byLink = await lab.fetch('/logout', { headers: { Cookie: cookie } });
    const byForm = await lab.fetch('/logout', {
      method: 'POST',
      headers: { Cookie: cookie },
      body: new URLSearchParams({ _csrf: csrfToken }),
    });

    expect([byLink.status, byForm.status, byForm.headers.get('location')]).to.deep.equal([405, 303, '/login']);
    expect((await lab.fetch('/api/v1/me', { headers: { Cookie: cookie } })).status).to.equal(401);
  });

  it('is not for those who are signed in, and shows others where they stand', async () => {
    const { email } = await buildUser(lab, { password });
    const signedIn = await submit({ email: String(email), password });
    const cookie =
      signedIn.headers
        .getSetCookie()
        .find((text) => text.startsWith('trellis_session='))
        ?.split(';')[0] ?? '';

    const again = await lab.fetch('/login?next=/accounts', { headers: { Cookie: cookie } });

    expect([again.status, again.headers.get('location')]).to.deep.equal([303, '/accounts']);
  });
});
