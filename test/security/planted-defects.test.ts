import { expect } from 'chai';
import { entityRows } from './policy/entity-rows.js';
import { routes } from './policy.js';
import { plantedRoutes } from './policy/planted-routes.js';
import { whatTells } from './support/hidden-fields.js';
import type { Way } from './support/hidden-ways.js';
import { cellsOf, Matrix, type Finding } from './support/matrix.js';
import { pluginFolder } from './support/plugin-folder.js';
import { createWorld, type World } from './support/world.js';

/** Negative controls: a matrix that finds nothing here finds nothing anywhere. */
describe('access matrix over planted defects', function () {
  this.timeout(120_000);
  let world: World;
  let findings: readonly Finding[];

  before(async () => {
    world = await createWorld([await pluginFolder('planted')]);
    const matrix = new Matrix(world);
    const chosen = ['user', 'outsider', 'manager', 'admin'];
    const cells = cellsOf(world, plantedRoutes).filter(({ actor }) => chosen.includes(actor.name));
    for (const cell of cells) await matrix.ask(cell);
    findings = matrix.findings;
  });
  after(() => world.close());

  const found = (route: string, problem: RegExp): readonly Finding[] =>
    findings.filter(({ cell, problem: said }) => cell.startsWith(route) && problem.test(said));

  it('sees a write that is refused only afterwards', () => {
    expect(found('POST /api/v1/planted/notes/:noteId/pin as', /changes rows .* UPDATE p_planted.notes/)).to.not.be
      .empty;
  });

  it('sees a denial that tells a hidden record from an absent one', () => {
    expect(found('GET /api/v1/planted/notes/:noteId/peek as outsider', /tells that the record exists: 403 and 404/)).to
      .not.be.empty;
  });

  it('sees a hidden field that a route filters by', async () => {
    const actor = world.actor('user');
    const note = { name: 'A note', secret: 'secret-7719', owner: actor.userId };
    const { status } = await world.host.as(world.host.admin).post('/api/v1/planted/notes', note);
    const way: Way = {
      name: 'matching',
      request: ({ api }, _field, value) => ({
        method: 'GET',
        path: `/api/v1/planted/notes/matching?secret=${value}`,
        headers: api,
      }),
    };

    const field = { path: 'secret', value: 'secret-7719', wrong: 'secret-7718' };

    expect(status).to.equal(201);
    expect(await whatTells(world.client, actor, way, field)).to.match(/a right guess from a wrong one/);
  });

  it('sees a route without a policy', () => {
    const decided = { ...routes, ...plantedRoutes, ...entityRows('planted.note', 'planted/notes') };
    const undecided = [...world.inventory.keys()].filter((key) => decided[key] === undefined);

    expect(undecided).to.deep.equal(['GET /api/v1/planted/undecided']);
  });
});
