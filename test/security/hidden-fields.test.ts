import { expect } from 'chai';
import { isFullRun, randomFrom } from '../support/scale.js';
import type { ActorName } from './policy/actors.js';
import { hiddenFields } from './policy/grants.js';
import type { Actor } from './support/actors.js';
import { whatTells, type HiddenField } from './support/hidden-fields.js';
import { waysTo, type Place, type Way } from './support/hidden-ways.js';
import { tell } from './support/tell.js';
import { createLabWorld, type World } from './support/world.js';

const seed = 20261122;
const share = 0.06;

interface Probe {
  readonly actor: Actor;
  readonly way: Way;
  readonly field: HiddenField;
}

describe('hidden fields', function () {
  this.timeout(isFullRun ? 900_000 : 120_000);
  let world: World;
  let sponsor: string;
  let paper: string;

  before(async () => {
    world = await createLabWorld();
    sponsor = await create('contacts', { name: 'Sponsor 7719' });
    paper = await upload();
  });
  after(() => world.close());

  async function create(path: string, body: object): Promise<string> {
    const { status, body: created } = await world.host.as(world.host.admin).post(`/api/v1/${path}`, body);
    expect(status).to.equal(201);
    return String(created['id']);
  }

  async function upload(): Promise<string> {
    const headers = { 'Content-Type': 'application/octet-stream' };
    const { status, body } = await world.host
      .as(world.host.admin)
      .post('/api/v1/files?name=paper-7719.txt', 'paper-7719', headers);
    expect(status).to.equal(201);
    return String(body['id']);
  }

  /** Values that nothing else in the workspace has. */
  const valuesOf = (entity: string): readonly HiddenField[] =>
    entity === 'core.account'
      ? [{ path: 'lab.credit', value: 'credit-7719', wrong: 'credit-7718' }]
      : [
          { path: 'secret', value: 'secret-7719', wrong: 'secret-7718' },
          { path: 'rating', value: '77190', wrong: '77180' },
          { path: 'budget', value: '7719.5', wrong: '7718.5' },
          { path: 'dueOn', value: '2077-07-19', wrong: '2077-07-18' },
          { path: 'grade', value: 'silver7719', wrong: 'gold7718' },
          { path: 'sponsor', value: sponsor, wrong: crypto.randomUUID() },
          { path: 'papers', value: paper, wrong: crypto.randomUUID() },
        ];

  const specimenFacts = () => ({
    ...{ name: 'Specimen', secret: 'secret-7719', rating: 77_190, dueOn: '2077-07-19', grade: 'silver7719', sponsor },
    budget: { amount: '7719.5', currency: 'EUR' },
    papers: [paper],
  });

  async function placeOf(entity: string, actor: Actor): Promise<Place> {
    if (entity === 'core.account') {
      const id = await create('accounts', { name: 'Account', lab: { credit: 'credit-7719' } });
      return { path: 'accounts', id, via: { path: 'sales/deals', field: 'account' } };
    }
    const id = await create('lab/specimens', { ...specimenFacts(), owner: actor.userId });
    await create('lab/shelves', { name: 'Shelf', specimen: id });
    return { path: 'lab/specimens', id, via: { path: 'lab/shelves', field: 'specimen' } };
  }

  async function probes(entity: string, name: ActorName): Promise<readonly Probe[]> {
    const actor = world.actor(name);
    const place = await placeOf(entity, actor);
    return waysTo(place).flatMap((way) => valuesOf(entity).map((field): Probe => ({ actor, way, field })));
  }

  it('hold files that only their readers get', async () => {
    const user = world.host.user;
    await create('lab/specimens', { name: 'With papers', owner: user.userId, papers: [paper] });
    const ask = async (id: string, client = world.host.as(user)) => (await client.get(`/api/v1/files/${id}`)).status;

    expect([await ask(paper), await ask(crypto.randomUUID())]).to.deep.equal([404, 404]);
    expect(await ask(paper, world.host.as(world.host.admin))).to.equal(200);
    const attached = await world.host.as(user).post('/api/v1/accounts', { name: 'Taken', files: [paper] });
    expect(attached.status).to.equal(422);
  });

  it('are known to the policy', () => {
    for (const [entity, paths] of Object.entries(hiddenFields)) {
      const restricted = [...(world.generation.entities.get(entity)?.fields.values() ?? [])].filter(
        ({ permissions }) => permissions !== null,
      );
      expect(restricted.map(({ path }) => path)).to.have.members(paths);
      expect(valuesOf(entity).map(({ path }) => path)).to.have.members(paths);
    }
    const withRestricted = [...world.generation.entities.values()].filter(({ fields }) =>
      [...fields.values()].some(({ permissions }) => permissions !== null),
    );
    expect(withRestricted.map(({ definition }) => definition.id)).to.have.members(Object.keys(hiddenFields));
  });

  it('cannot be reached by filter, sort, include, aggregate, search, import, form, error text or relation', async () => {
    const blind: readonly (readonly [string, readonly ActorName[]])[] = [
      ['lab.specimen', ['user', 'userInBrowser', 'teamless', 'outsider']],
      ['core.account', ['user', 'userInBrowser', 'teamless', 'outsider', 'readOnly', 'narrow', 'pluginScoped']],
    ];
    const all: Probe[] = [];
    for (const [entity, names] of blind) for (const name of names) all.push(...(await probes(entity, name)));
    const random = randomFrom(seed);
    const chosen = isFullRun ? all : all.filter(() => random() < share);

    const found: string[] = [];
    for (const { actor, way, field } of chosen) {
      const tells = await whatTells(world.client, actor, way, field);
      if (tells !== null) found.push(`${way.name} as ${actor.name} tells ${field.path}: ${tells}`);
    }

    tell(`${chosen.length} of ${all.length} ways to hidden fields, 3 requests each, seed ${seed}`);
    expect(found.length, found.slice(0, 20).join('\n')).to.equal(0);
  });

  it('have no changes in timelines, whether alone or among others', async () => {
    const actor = world.actor('user');
    const { id } = await placeOf('lab.specimen', actor);
    const admin = world.host.as(world.host.admin);
    for (const patch of [{ secret: 'secret-7720' }, { secret: 'secret-7721', name: 'Renamed' }])
      expect((await admin.patch(`/api/v1/lab/specimens/${id}`, patch, { 'If-Match': '*' })).status).to.equal(200);

    const path = `/api/v1/lab/specimens/${id}/timeline?kinds=change`;
    const { text } = await world.client.send({ method: 'GET', path, headers: actor.api });
    const seen = (await admin.get(path)).text;

    const changes = (JSON.parse(text) as { data: { data: { changes: object } }[] }).data.map(
      ({ data }) => data.changes,
    );
    expect(changes).to.deep.equal([{ name: { from: 'Specimen', to: 'Renamed' } }, {}]);
    expect(text).to.not.include('secret');
    expect(seen).to.include('secret-7720').and.include('secret-7721');
  });

  it('are not told of by what refers to records that are to be merged', async () => {
    const user = world.actor('user');
    const id = await create('contacts', { name: 'Patron', owner: user.userId });
    const specimen = { name: 'Sponsored', owner: user.userId };
    await create('lab/specimens', { ...specimen, sponsor: id });
    await create('lab/specimens', { ...specimen, contact: id });

    const path = `/api/v1/contacts/merge?ids=${id}`;
    const { text } = await world.client.send({ method: 'GET', path, headers: user.api });
    const seen = (await world.host.as(world.host.admin).get(path)).text;

    expect(JSON.parse(text)).to.deep.equal({ data: [{ entity: 'lab.specimen', field: 'contact', count: 1 }] });
    expect(seen).to.include('sponsor');
  });

  it('are not told of by how much moved with a merge, nor is what one may not see', async () => {
    const user = world.actor('user');
    const [winner, loser] = await Promise.all(
      ['Stays', 'Goes'].map((name) => create('contacts', { name, owner: user.userId })),
    );
    await create('lab/specimens', { name: 'Hidden field', owner: user.userId, sponsor: loser });
    await create('lab/specimens', { name: 'Of somebody else', contact: loser });
    await create('lab/specimens', { name: 'Seen', owner: user.userId, contact: loser });

    const { status, text } = await world.client.send({
      ...{ method: 'POST', path: '/api/v1/contacts/merge', body: JSON.stringify({ winner, losers: [loser] }) },
      headers: { ...user.api, 'Content-Type': 'application/json' },
    });

    expect(status, text).to.equal(200);
    const { moved } = JSON.parse(text) as { moved: object };
    expect(moved).to.deep.equal([{ entity: 'lab.specimen', field: 'contact', count: 1 }]);
  });

  it('are not told of by exceptions of rules that look at them', async () => {
    const user = world.actor('user');
    const { id } = await placeOf('lab.specimen', user);
    const admin = world.host.as(world.host.admin);
    const looks = [
      { filter: { all: [{ field: 'rating', op: 'gt', value: 77_000 }] }, since: 'updatedAt' },
      { filter: { all: [{ any: [{ field: 'budget.currency', value: 'EUR' }] }] }, since: 'updatedAt' },
      { filter: { all: [{ field: 'name', value: 'Specimen' }] }, since: 'dueOn' },
      { filter: { all: [{ field: 'name', value: 'Specimen' }] }, since: 'updatedAt' },
    ];
    for (const look of looks) {
      const rule = { name: 'Looked at', entity: 'lab.specimen', ...look };
      expect((await admin.post('/api/v1/exception-rules', rule)).status).to.equal(201);
    }
    await admin.post('/api/v1/exceptions/evaluation');
    await world.host.settle();

    const path = `/api/v1/exceptions?record=${id}`;
    const { text } = await world.client.send({ method: 'GET', path, headers: user.api });
    const seen = (await admin.get(path)).body['data'] as unknown as readonly object[];

    const { data, page } = JSON.parse(text) as { data: readonly object[]; page: { count: number } };
    expect([data.length, page.count, seen.length]).to.deep.equal([1, 1, 4]);
    expect(text).to.not.include('2077-07-19');
  });

  it('can be reached by those who may see them: the ways lead somewhere', async () => {
    const seen: string[] = [];
    for (const { actor, way, field } of await probes('lab.specimen', 'manager')) {
      const isTelling = /^(filter|filter gt|count|aggregate (filter|group|min)|sort|update|page filter)$/.test(
        way.name,
      );
      if (isTelling && (await whatTells(world.client, actor, way, field)) !== null)
        seen.push(`${way.name} ${field.path}`);
    }

    for (const way of ['filter', 'count', 'sort', 'aggregate filter', 'aggregate group', 'update', 'page filter'])
      expect(seen, way).to.include(`${way} rating`);
  });

  it('stand in no answer that those who may not see them get', async () => {
    for (const name of ['user', 'teamless', 'outsider'] as const) {
      const actor = world.actor(name);
      const { id } = await placeOf('lab.specimen', actor);
      const pages = ['', `/${id}`, `/${id}/edit`, '/board', `/${id}/panels`].map((rest) => `/lab/specimens${rest}`);
      const api = ['', `/${id}`, '/trash', '?include=contact', '/aggregate?group=state'].map(
        (rest) => `/api/v1/lab/specimens${rest}`,
      );
      const shelves = ['/api/v1/lab/shelves?include=specimen', '/lab/shelves', '/', '/accounts'];
      for (const path of [...pages, ...api, ...shelves]) {
        const headers = path.startsWith('/api') ? actor.api : actor.page;
        const { text } = await world.client.send({ method: 'GET', path, headers });
        expect(text, `${path} as ${name}`).to.not.match(/secret-7719|77,?190|7719\.50?|2077-07-19|credit-7719/);
      }
    }
  });
});
