import { expect } from 'chai';
import connect from 'knex';
import { createFloodLimits } from '../../dist/forms/flood-limits.js';
import { failSubmission } from '../../dist/forms/submission-store.js';
import { createTestHost, type CoreTestHost } from '../../dist/testing/index.js';
import {
  buildForm,
  contactFields,
  contactsWith,
  fillIn,
  hiddenIn,
  post,
  question,
  readSubmissions,
} from './form-lab.js';

describe('/f/:slug', () => {
  let host: CoreTestHost;

  before(async () => (host = await createTestHost()));
  after(() => host.close());

  it('shows a live form to anybody, without a session and with nothing that runs', async () => {
    await buildForm(host, 'shown', { intro: 'Tell us <b>more</b>', name: 'Contact & more' });

    const { status, text, headers } = await host.as().page('/f/shown');

    expect(status).to.equal(200);
    expect(text).to.contain('Contact &amp; more').and.contain('Tell us &lt;b&gt;more').and.contain('Your name');
    expect(text).not.to.match(/<script/);
    expect(headers.get('set-cookie')).to.equal(null);
    expect(headers.get('content-security-policy'))
      .to.contain("default-src 'none'")
      .and.contain("frame-ancestors 'none'");
  });

  it('hides drafts and what does not exist in the same way', async () => {
    await buildForm(host, 'drafted', { state: 'draft' });

    const draft = await host.as().page('/f/drafted');
    const absent = await host.as().page('/f/nowhere');

    expect([draft.status, absent.status]).to.deep.equal([404, 404]);
    expect((await post(host, 'drafted', { name: 'x' }, { Origin: host.url })).status).to.equal(404);
  });

  it('makes a contact of what was sent, in the name of the form, and says thanks', async () => {
    const form = await buildForm(host, 'made', {
      fields: [...contactFields, question('topic', { label: 'What about?' })],
      thanks: 'Danke!',
    });

    const { status, headers } = await fillIn(host, form, {
      name: 'Ada Byron',
      email: 'Ada@Example.com',
      topic: 'Engines',
    });

    expect([status, headers.get('location')]).to.deep.equal([303, '/f/made?sent=1']);
    expect((await host.as().page('/f/made?sent=1')).text).to.contain('Danke!');
    const [contact, ...others] = await contactsWith(host, 'ada@example.com');
    expect(others).to.have.length(0);
    expect(contact).to.deep.include({ name: 'Ada Byron', description: 'What about?: Engines', owner: null });
    const [audited] = await host.sql('select actor from core.audit_log where record_id = ?', [contact?.['id']]);
    expect(audited).to.deep.equal({ actor: `form:${form.id}` });
    expect((await readSubmissions(host, form))[0]).to.deep.include({
      state: 'written',
      targetEntity: 'core.contact',
      targetId: contact?.['id'],
    });
  });

  it('completes a contact it knows by the address, and replaces nothing', async () => {
    const form = await buildForm(host, 'known', {
      fields: [
        ...contactFields,
        question('phone', { kind: 'phone', target: 'phone' }),
        question('job', { target: 'jobTitle' }),
      ],
    });
    const known = { name: 'Grace Hopper', jobTitle: 'Rear admiral', emails: [{ email: 'grace@example.com' }] };
    await host.as(host.admin).post('/api/v1/contacts', known);

    await fillIn(host, form, {
      name: 'Somebody Else',
      email: 'grace@example.com',
      phone: '+49 30 123456',
      job: 'Thief',
    });

    const contacts = await contactsWith(host, 'grace@example.com');
    expect(contacts).to.have.length(1);
    expect(contacts[0]).to.deep.include({ name: 'Grace Hopper', jobTitle: 'Rear admiral' });
    expect(contacts[0]?.['phones']?.[0]).to.deep.include({ phone: '+4930123456' });
  });

  it('takes only what it asks for, and fixed values as they are fixed', async () => {
    const form = await buildForm(host, 'narrow', {
      fields: [...contactFields, question('job', { target: 'jobTitle', isHidden: true, value: 'From the fair' })],
    });

    await fillIn(host, form, {
      ...{ name: 'Mallory', email: 'mallory@example.com', job: 'Boss', jobTitle: 'Boss', description: 'injected' },
      ...{ owner: host.admin.userId, id: host.admin.userId, 'custom.x': '1' },
    });

    const [contact] = await contactsWith(host, 'mallory@example.com');
    expect(contact).to.deep.include({ jobTitle: 'From the fair', description: null, owner: null });
  });

  it('says what is wrong, keeps what was typed, and stores nothing', async () => {
    const form = await buildForm(host, 'strict', {
      fields: [...contactFields, question('size', { kind: 'choice', options: ['S', 'L'] })],
    });

    const { status, text } = await fillIn(host, form, { name: '', email: '"><script>alert(1)</script>', size: 'XXL' });

    expect(status).to.equal(422);
    expect(text).to.contain('&quot;&gt;&lt;script&gt;alert(1)').and.not.contain('<script>alert');
    expect(await readSubmissions(host, form)).to.have.length(0);
  });

  it('keeps where somebody came from', async () => {
    const form = await buildForm(host, 'utm');

    await fillIn(
      host,
      form,
      { name: 'Utm', email: 'utm@example.com' },
      { query: '?utm_source=fair&utm_campaign=spring&other=x' },
    );

    expect((await readSubmissions(host, form))[0]?.['source']).to.deep.include({
      origin: host.url,
      utm: { source: 'fair', campaign: 'spring' },
    });
  });

  it('keeps the campaign of the page around it when it is shown in a frame', async () => {
    const form = await buildForm(host, 'framed', { origins: ['https://www.example.com'] });
    const around = 'https://www.example.com/contact?utm_source=fair&utm_medium=mail';
    const page = await fetch(`${host.url}/f/framed?utm_medium=own`, { headers: { Referer: around } });

    host.clock.advance(5000);
    await post(
      host,
      'framed',
      { ...hiddenIn(await page.text()), name: 'F', email: 'f@example.com' },
      { Origin: host.url },
    );

    expect((await readSubmissions(host, form))[0]).to.deep.include({
      state: 'written',
      source: { origin: host.url, referrer: around, utm: { source: 'fair', medium: 'own' } },
    });
  });

  it('takes what machines fill in for spam: the field nobody sees, and haste', async () => {
    const form = await buildForm(host, 'spam');
    const answers = { name: 'Bot', email: 'bot@example.com' };

    const trapped = await fillIn(host, form, { ...answers, website_2: 'https://spam.example' });
    const hasty = await fillIn(host, form, answers, { waitMs: 0 });
    const forged = await post(host, 'spam', { ...answers, _shown: 'v1.AAAA.AAAA.AAAA' }, { Origin: host.url });

    expect([trapped, hasty, forged].map(({ status }) => status)).to.deep.equal([303, 303, 303]);
    expect((await readSubmissions(host, form)).map(({ state }) => state)).to.deep.equal(['spam', 'spam', 'spam']);
    expect(await contactsWith(host, 'bot@example.com')).to.have.length(0);
  });

  it('takes posts from the sites it names and from no other', async () => {
    const form = await buildForm(host, 'embedded', { origins: ['https://www.example.com'] });
    const answers = { name: 'Site', email: 'site@example.com' };

    const named = await post(host, 'embedded', answers, { Origin: 'https://www.example.com' });
    const other = await post(host, 'embedded', answers, { Origin: 'https://evil.example' });
    const none = await post(host, 'embedded', answers, {});

    expect([named, other, none].map(({ status }) => status)).to.deep.equal([303, 403, 403]);
    expect(await readSubmissions(host, form)).to.have.length(1);
    const policy = (await host.as().page('/f/embedded')).headers.get('content-security-policy');
    expect(policy).to.contain("frame-ancestors 'self' https://www.example.com");
  });

  it('counts somebody who is signed in as nobody', async () => {
    const form = await buildForm(host, 'nobody');
    const page = await host.as(host.admin).page('/f/nobody');

    const { status } = await host.as(host.admin).submit('/f/nobody', { name: 'A', email: 'a@example.com' });

    expect(page.text).not.to.contain(host.admin.name);
    expect(status).to.be.oneOf([303, 403]);
    for (const { state } of await readSubmissions(host, form)) expect(state).to.equal('spam');
  });

  it('limits how much one address sends', async () => {
    const form = await buildForm(host, 'flood');
    const statuses: number[] = [];
    for (let count = 0; count < 21; count += 1)
      statuses.push((await post(host, 'flood', { name: 'F', email: 'f@example.com' }, { Origin: host.url })).status);

    expect(statuses.slice(19)).to.deep.equal([303, 429]);
    expect(await readSubmissions(host, form)).to.have.length(20);
  });

  it('limits whole networks, and counts against a form only what something may come of', async () => {
    const form = await buildForm(host, 'networks');
    const limits = createFloodLimits(host.workspace.database.knex);
    const statusOf = (ip: string) =>
      limits.count(form.id, ip).then(
        () => 200,
        (error: unknown) => (error as { code: string }).code,
      );
    for (let network = 1; network <= 100; network += 1) await limits.count(form.id, `2001:db8:7:${network}::1`);
    await post(host, 'networks', { name: 'B', email: 'b@example.com', website_2: 'x' }, { Origin: host.url });
    const counted = async () =>
      (await host.sql('select points from core.rate_limits where key = ?', [`form:${form.id}`]))[0];
    const bySpam = await counted();
    await fillIn(host, form, { name: 'G', email: 'g@example.com' });

    expect(await statusOf('2001:db8:7:101::1')).to.equal('too_many_submissions');
    expect(await statusOf('2001:db8:8:1::1')).to.equal(200);
    expect([bySpam, await counted()]).to.deep.equal([undefined, { points: 1 }]);
  });

  it('goes where the form says afterwards, and lets browsers follow', async () => {
    const form = await buildForm(host, 'onwards', { redirectUrl: 'https://www.example.com/thanks' });

    const { headers } = await fillIn(host, form, { name: 'R', email: 'r@example.com' });

    expect(headers.get('location')).to.equal('https://www.example.com/thanks');
    const policy = (await host.as().page('/f/onwards')).headers.get('content-security-policy');
    expect(policy).to.contain("form-action 'self' https://www.example.com");
  });

  it('keeps what its target refuses, with the reason, for another try', async () => {
    const form = await buildForm(host, 'refused', {
      fields: [...contactFields, question('job', { target: 'jobTitle' })],
    });

    const { status } = await fillIn(host, form, { name: 'P', email: 'p@example.com', job: 'x'.repeat(200) });
    const [failed] = await readSubmissions(host, form);
    const path = `/api/v1/forms/${form.id}/submissions/${String(failed?.['id'])}/retry`;
    const again = await host.as(host.admin).post(path);
    await host.sql(`update core.form_submissions set answers = answers || '{"job": "Clerk"}' where form_id = ?`, [
      form.id,
    ]);
    const mended = await host.as(host.admin).post(path);
    const over = await host.as(host.admin).post(path);

    expect(status).to.equal(303);
    expect(failed?.['state']).to.equal('failed');
    expect(failed?.['reason']?.['code']).to.be.a('string');
    expect([again.body['state'], mended.body['state']] as unknown).to.deep.equal(['failed', 'written']);
    expect(over.status).to.equal(409);
  });

  it('goes on with what was left, whatever became of the forms of others', async () => {
    const [removed, left] = [await buildForm(host, 'removed'), await buildForm(host, 'left')];
    for (const form of [removed, left])
      await host.sql(
        `insert into core.form_submissions (id, form_id, state, answers, source, created_at, changed_at)
         values (gen_random_uuid(), ?, 'received', ?::jsonb, '{"origin": "", "referrer": "", "utm": {}}', ?, now())`,
        [form.id, JSON.stringify({ name: 'L', email: `${form.slug}@example.com` }), host.clock.now().toISOString()],
      );
    await host.as(host.admin).delete(`/api/v1/forms/${removed.id}`, { 'If-Match': '*' });
    host.clock.advance(10 * 60_000);
    await host.settle();

    expect(await contactsWith(host, 'left@example.com')).to.have.length(1);
    expect(await contactsWith(host, 'removed@example.com')).to.have.length(0);
  });

  it('makes one contact of what somebody sends twice at once', async () => {
    const form = await buildForm(host, 'hasty');
    const answers = { name: 'Double Click', email: 'double@example.com' };

    await Promise.all([1, 2, 3, 4].map(() => fillIn(host, form, answers)));

    const states = (await readSubmissions(host, form)).map(({ state }) => state);
    expect(states).to.deep.equal(['written', 'written', 'written', 'written']);
    expect(await contactsWith(host, 'double@example.com')).to.have.length(1);
  });

  it('makes one contact of what somebody sends to two forms at once', async () => {
    const forms = [await buildForm(host, 'left-hand'), await buildForm(host, 'right-hand')];
    const send = (form: (typeof forms)[number], email: string) => fillIn(host, form, { name: 'Ambidexter', email });

    await Promise.all(forms.map((form, place) => send(form, ['both@example.com', 'Both@Example.com'][place] ?? '')));

    expect(await contactsWith(host, 'both@example.com')).to.have.length(1);
  });

  it('goes on later with what had to wait too long, which its sender need not know', async () => {
    const form = await buildForm(host, 'busy');

    const { status } = await host.workspace.database.work.transaction(async (trx) => {
      await trx.raw(`select pg_advisory_xact_lock(hashtextextended('trellis.form busy@example.com', 0))`);
      return fillIn(host, form, { name: 'Busy', email: 'busy@example.com' });
    });
    const [waiting] = await readSubmissions(host, form);
    host.clock.advance(10 * 60_000);
    await host.settle();

    expect([status, String(waiting?.['state'])]).to.deep.equal([303, 'received']);
    expect(await contactsWith(host, 'busy@example.com')).to.have.length(1);
  });

  it('keeps the record of a try that was through before another one failed', async () => {
    const form = await buildForm(host, 'twice');
    await fillIn(host, form, { name: 'T', email: 'twice@example.com' });
    const [written] = await readSubmissions(host, form);

    const knex = connect({ client: 'pg', connection: host.database.url });
    await failSubmission(knex, String(written?.['id']), { code: 'late', message: '' }, host.clock.now());
    await knex.destroy();

    expect((await readSubmissions(host, form))[0]?.['state']).to.equal('written');
  });

  it('hands what comes to a user, to a team in turn, or by an answer', async () => {
    const [one, two] = [await host.buildUser({ name: 'One' }), await host.buildUser({ name: 'Two' })];
    const team = await host.buildTeam({ name: 'Inbound' });
    await host.sql('update core.users set team_id = ? where id in (?, ?)', [team.id, one.userId, two.userId]);
    const choice = question('area', { kind: 'choice', options: ['North', 'South'] });
    const forms = [
      await buildForm(host, 'to-user', { routing: { kind: 'user', user: one.userId } }),
      await buildForm(host, 'to-team', { routing: { kind: 'team', team: team.id } }),
      await buildForm(host, 'to-area', {
        fields: [...contactFields, choice],
        routing: { kind: 'field', field: 'area', users: { South: two.userId } },
      }),
    ] as const;
    const ownerAfter = async (form: (typeof forms)[number], email: string, more = {}): Promise<unknown> => {
      await fillIn(host, form, { name: 'Routed', email, ...more });
      return (await contactsWith(host, email))[0]?.['owner'];
    };

    expect(await ownerAfter(forms[0], 'r1@example.com')).to.equal(one.userId);
    const turns = [await ownerAfter(forms[1], 'r2@example.com'), await ownerAfter(forms[1], 'r3@example.com')];
    expect(new Set(turns)).to.deep.equal(new Set([one.userId, two.userId]));
    expect(await ownerAfter(forms[2], 'r4@example.com', { area: 'South' })).to.equal(two.userId);
    expect(await ownerAfter(forms[2], 'r5@example.com', { area: 'North' })).to.equal(null);
  });

  it('gives nothing to anybody for an answer that the language knows, not the form', async () => {
    const form = await buildForm(host, 'to-word', {
      fields: [...contactFields, question('area')],
      routing: { kind: 'field', field: 'area', users: { South: host.user.userId } },
    });

    for (const area of ['constructor', '__proto__']) {
      await fillIn(host, form, { name: 'Routed', email: `${area}@example.com`, area });
      expect((await contactsWith(host, `${area}@example.com`))[0]?.['owner'], area).to.equal(null);
    }
  });
});
