import { expect } from 'chai';
import { checkNewPassword } from '../../dist/auth/password-rules.js';
import { createPasswords } from '../../dist/auth/passwords.js';
import { localPath } from '../../dist/auth/local-path.js';
import { buildUser, openAuthLab, signIn, type AuthLab } from './auth-lab.js';

const password = 'a rather long sentence';

describe('passwords', () => {
  it('are stored as scrypt with 2^17 rounds', async () => {
    const hash = await createPasswords().hash(password);

    expect(hash).to.match(/^\$scrypt\$ln=17,r=8,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
    expect(await createPasswords().verify(password, hash)).to.equal(true);
    expect(await createPasswords().verify(`${password}.`, hash)).to.equal(false);
  });

  it('fit however their characters were composed, and never a missing or broken hash', async () => {
    const passwords = createPasswords({ log2Rounds: 10 });
    const hash = await passwords.hash('Zu\u0308rich im Sommer');

    expect(await passwords.verify('Z\u00fcrich im Sommer', hash)).to.equal(true);
    expect(await passwords.verify('', null)).to.equal(false);
    expect(await passwords.verify('', 'plain text')).to.equal(false);
  });

  it('are hashed two at a time, and a crowd is turned away', async () => {
    const passwords = createPasswords({ log2Rounds: 10 });

    const results = await Promise.allSettled(Array.from({ length: 80 }, () => passwords.hash(password)));

    const refused = results.filter(({ status }) => status === 'rejected');
    expect(refused).to.have.length(80 - 52);
  });

  const weak: [string, string][] = [
    ['short', 'password_too_short'],
    ['x'.repeat(201), 'too_long'],
    ['aaaaaaaaaaaaaa', 'password_too_simple'],
    ['Password2026!', 'password_too_simple'],
    ['ada.lovelace1', 'password_too_personal'],
    ['Lovelace@example', 'password_too_personal'],
  ];
  for (const [text, code] of weak) {
    it(`refuse ${text.slice(0, 20)} as ${code}`, () => {
      expect(() => checkNewPassword(text, ['Ada Lovelace', 'ada@example.test']))
        .to.throw()
        .with.nested.property('errors[0].code', code);
    });
  }

  describe('POST /api/v1/me/password', () => {
    let lab: AuthLab;
    before(async () => {
      lab = await openAuthLab();
    });
    after(() => lab.close());

    it('needs the old one, and ends all other sessions', async () => {
      const user = await buildUser(lab, { password });
      const elsewhere = await signIn(lab, user.email, password);
      const here = await signIn(lab, user.email, password);
      const change = (oldPassword: string, newPassword: string) =>
        lab.call('POST', '/api/v1/me/password', here, { oldPassword, newPassword });

      const wrong = await change('not this one', 'another long sentence');
      const weakOne = await change(password, 'short');
      const done = await change(password, 'another long sentence');

      expect(wrong.body.errors?.[0]).to.include({ pointer: '/oldPassword', code: 'wrong_password' });
      expect(weakOne.body.errors?.[0]).to.include({ pointer: '/newPassword', code: 'password_too_short' });
      expect(done.status).to.equal(204);
      expect((await lab.call('GET', '/api/v1/me', elsewhere)).status).to.equal(401);
      expect((await lab.call('GET', '/api/v1/me', here)).status).to.equal(200);
      expect((await signIn(lab, user.email, 'another long sentence')).cookie).to.contain('trellis_session=');
    });
  });

  describe('the way back after signing in', () => {
    const ways: [string | undefined, string][] = [
      [undefined, '/'],
      ['/deals?view=2', '/deals?view=2'],
      ['/deals#board', '/deals#board'],
      ['https://evil.example/', '/'],
      ['//evil.example/', '/'],
      ['/\\evil.example/', '/'],
      ['/\t/evil.example/', '/'],
      ['\\\\evil.example', '/'],
      ['/.//evil.example', '/evil.example'],
      ['javascript:alert(1)', '/'],
      ['/%2f%2fevil.example', '/%2f%2fevil.example'],
      ['', '/'],
    ];
    for (const [given, expected] of ways) {
      it(`leads from ${JSON.stringify(given)} to ${expected}`, () => {
        expect(localPath(given)).to.equal(expected);
      });
    }
  });
});
