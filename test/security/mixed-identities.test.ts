import { expect } from 'chai';
import type { ActorName } from './policy/actors.js';
import type { Actor } from './support/actors.js';
import { pluginFolder } from './support/plugin-folder.js';
import { Records } from './support/records.js';
import { fillPath } from './support/requests.js';
import { createLabWorld, createWorld, type World } from './support/world.js';

/** Something that stands in answers to one person and must stand in none to another. */
type Markers = Readonly<Record<'first' | 'second', readonly string[]>>;

/** Asks every address as one person, then as another, then as nobody. @returns answers that hold what belongs to who asked before */
async function mixUps(
  world: World,
  people: readonly [ActorName, ActorName],
  markers: Markers,
): Promise<readonly string[]> {
  const [first, second] = people.map((name) => world.actor(name));
  if (first === undefined || second === undefined) throw new Error('two people are needed');
  const nobody = world.actor('anonymous');
  const found: string[] = [];
  for (const [key, endpoint] of world.inventory) {
    if (endpoint.method !== 'GET') continue;
    const path = fillPath({ key, endpoint, target: null, entity: null });
    const ask = async (actor: Actor): Promise<string> =>
      (await world.client.send({ method: 'GET', path, headers: endpoint.surface === 'page' ? actor.page : actor.api }))
        .text;
    const note = (who: string, text: string, foreign: readonly string[]): void => {
      for (const marker of foreign) if (text.includes(marker)) found.push(`${key} shows ${who} ${marker}`);
    };
    await ask(first);
    note('the second', await ask(second), markers.first);
    note('the first', await ask(first), markers.second);
    note('nobody', await ask(nobody), [...markers.first, ...markers.second]);
  }
  return found;
}

/** What is somebody's alone: the token of their forms, and a record that nobody else of the two reads. */
async function markersOf(world: World, name: ActorName, entity: string): Promise<readonly string[]> {
  const actor = world.actor(name);
  const title = `only ${name} ${crypto.randomUUID()}`;
  await new Records(world).create(entity, { name: title, owner: actor.userId });
  return [actor.csrf, title];
}

describe('answers to several people', function () {
  this.timeout(120_000);

  it('are never somebody else’s', async () => {
    const world = await createLabWorld();
    try {
      const markers = {
        first: await markersOf(world, 'user', 'lab.specimen'),
        second: await markersOf(world, 'outsider', 'lab.specimen'),
      };
      expect(await mixUps(world, ['user', 'outsider'], markers)).to.deep.equal([]);
    } finally {
      await world.close();
    }
  });

  it('are noticed when a plugin’s cache forgets who asks', async () => {
    const world = await createWorld([await pluginFolder('planted')]);
    try {
      const idOf = (name: ActorName): string => world.actor(name).userId ?? '';
      const { status } = await world.client.send({
        method: 'GET',
        path: '/api/v1/planted/summary',
        headers: world.actor('user').api,
      });
      expect(status).to.equal(200);
      const only = [...world.inventory].filter(([key]) => key.endsWith('/planted/summary'));
      const planted: World = { ...world, inventory: new Map(only), actor: (name) => world.actor(name) };

      expect(
        await mixUps(planted, ['user', 'outsider'], { first: [idOf('user')], second: [idOf('outsider')] }),
      ).to.deep.equal([`GET /api/v1/planted/summary shows the second ${idOf('user')}`]);
    } finally {
      await world.close();
    }
  });
});
