import { expect } from 'chai';
import { isFullRun } from '../support/scale.js';
import { routes } from './policy.js';
import { cellsOf, Matrix, sampleCells } from './support/matrix.js';
import { tell } from './support/tell.js';
import { createLabWorld, type World } from './support/world.js';

const seed = 20261122;

describe('access matrix', function () {
  this.timeout(isFullRun ? 1_800_000 : 120_000);
  let world: World;

  before(async () => {
    world = await createLabWorld();
  });
  after(() => world.close());

  it('has a policy row for every route, and a route for every row', () => {
    const known = [...world.inventory.keys()];

    expect(
      known.filter((key) => routes[key] === undefined),
      'routes nobody decided on',
    ).to.deep.equal([]);
    expect(
      Object.keys(routes).filter((key) => !world.inventory.has(key)),
      'rows without a route',
    ).to.deep.equal([]);
  });

  it('answers as the policy says, changes nothing when it refuses, and tells nobody what is hidden from them', async () => {
    const all = cellsOf(world, routes);
    const cells = isFullRun ? all : sampleCells(all, 2, seed);
    const matrix = new Matrix(world);

    for (const cell of cells) await matrix.ask(cell);

    tell(`${cells.length} of ${all.length} cells, seed ${seed}: ${JSON.stringify(matrix.counts)}`);
    const wrong = matrix.findings.map(({ cell, expected, problem }) => `${cell}: ${expected}, but it ${problem}`);
    expect(wrong.length, wrong.slice(0, 30).join('\n')).to.equal(0);
    expect(matrix.seenWrites, 'allowed writes that the slot saw').to.be.greaterThan(cells.length / 50);
  });
});
