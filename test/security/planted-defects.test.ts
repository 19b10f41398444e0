import { expect } from 'chai';
import { entityRows, plantedRoutes, routes } from './policy.js';
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

  it('sees a route without a policy', () => {
    const decided = { ...routes, ...plantedRoutes, ...entityRows('planted.note', 'planted/notes') };
    const undecided = [...world.inventory.keys()].filter((key) => decided[key] === undefined);

    expect(undecided).to.deep.equal(['GET /api/v1/planted/undecided']);
  });
});
