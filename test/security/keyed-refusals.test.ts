import { expect } from 'chai';
import { routes } from './policy.js';
import type { ActorName } from './policy/actors.js';
import { Records } from './support/records.js';
import { requestOf } from './support/requests.js';
import { isNoise, type RowChange } from './support/row-changes.js';
import { createLabWorld, type World } from './support/world.js';

describe('a refused request that carries an Idempotency-Key', function () {
  this.timeout(120_000);
  let world: World;

  before(async () => {
    world = await createLabWorld();
  });
  after(() => world.close());

  /** Every POST that asks for a right or is about somebody's own things. */
  function guarded() {
    return [...world.inventory].flatMap(([key, endpoint]) => {
      const row = routes[key];
      if (endpoint.method !== 'POST' || row === undefined || row.kind === 'public' || row.kind === 'signed-in')
        return [];
      return [{ key, endpoint, entity: 'entity' in row ? row.entity : null }];
    });
  }

  /** What stayed of every such request of somebody who may do nothing of it. */
  async function leftBehind(name: ActorName): Promise<readonly string[]> {
    const actor = world.actor(name);
    const inputs = await new Records(world).inputs();
    const found: string[] = [];
    for (const facts of guarded()) {
      const request = requestOf({ ...facts, actor, target: null, inputs });
      await world.changes.take();
      const { status } = await world.client.send({
        ...request,
        headers: { ...request.headers, 'Idempotency-Key': crypto.randomUUID() },
      });
      const effects = withoutReturnedKeys(await world.changes.take());
      if (status < 300 || effects.length > 0) found.push(`${facts.key} ${status} ${effects.join()}`);
    }
    return found;
  }

  for (const name of ['anonymous', 'deactivated', 'readOnly', 'narrow'] as const)
    it(`keeps nothing, not even the key, as ${name}`, async () => {
      expect(await leftBehind(name)).to.deep.equal([]);
    });
});

/** A key that was claimed before the work is given back when the work is refused: as many rows go as came. */
function withoutReturnedKeys(changes: readonly RowChange[]): readonly string[] {
  const effects = changes.filter((change) => !isNoise(change));
  const keys = effects.filter(({ table }) => table === 'core.idempotency_keys');
  const came = keys.filter(({ verb }) => verb === 'INSERT').length;
  const isReturned = keys.length === 2 * came;
  return effects
    .filter(({ table }) => !isReturned || table !== 'core.idempotency_keys')
    .map(({ verb, table }) => `${verb} ${table}`);
}
