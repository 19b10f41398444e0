import { expect } from 'chai';
import { timesOf } from '../support/scale.js';
import { createFuzzWorld, type FuzzWorld } from './fuzz/fuzz-world.js';
import { describeFailure, fuzz, seedOf } from './fuzz/fuzzer.js';
import { pageRequests } from './fuzz/page-requests.js';
import { routes } from './policy.js';
import type { Answer } from './support/http.js';
import { tell } from './support/tell.js';

const file = 'test/security/fuzz-pages.test.ts';
const perPage = timesOf(2000, 5);
/** What pages answer: themselves, somewhere to go, or why not. */
const known = [200, 202, 204, 303, 304, 400, 401, 403, 404, 409, 412, 413, 415, 422, 428, 429];

describe('generated requests to pages', function () {
  this.timeout(timesOf(1_200_000, 120_000));
  let world: FuzzWorld;
  const statuses = new Map<number, number>();
  let pages = 0;

  before(async () => {
    world = await createFuzzWorld();
  });
  after(async () => {
    tell(`${pages} pages × ${perPage} requests: ${JSON.stringify(Object.fromEntries(statuses))}`);
    await world.close();
  });

  for (const key of Object.keys(routes).filter((route) => !route.includes(' /api/'))) {
    it(key, async () => {
      const generation = world.host.workspace.generation();
      const endpoint = generation.endpoints.find(({ method, path }) => `${method} ${path}` === key);
      if (endpoint === undefined) throw new Error('there is no such page');
      const entities = [...generation.entities.values()].filter(({ path }) => endpoint.path.startsWith(`/${path}`));
      const { ids } = await world.suppliesOf({ path: endpoint.path });
      const supplies = {
        ids,
        entities: entities.length > 0 ? entities : [...generation.entities.values()],
        ...(await world.freshBrowser()),
      };

      const outcome = await fuzz({
        ...{ client: world.client, seed: seedOf(key), count: perPage, requests: pageRequests(endpoint, supplies) },
        check: problemOf,
      });

      pages += 1;
      for (const [status, count] of outcome.statuses) statuses.set(status, (statuses.get(status) ?? 0) + count);
      const failures = outcome.failures.map((failure) => describeFailure(file, key, failure));
      expect(failures.length, failures.slice(0, 5).join('\n')).to.equal(0);
      expect((await world.log.mistakes()).join('\n')).to.equal('');
      expect(Reflect.get({}, 'polluted')).to.equal(undefined);
    });
  }
});

/** Nothing of the inside, no template that lost its data, nowhere to go but here. */
function problemOf({ status, headers, text }: Answer): string | null {
  if (!known.includes(status)) return `answers ${status}: ${text.slice(0, 300)}`;
  if (/node_modules|file:\/\/|\.js:\d+:\d+|\[object Object\]/.test(text))
    return `tells of the inside: ${text.slice(0, 300)}`;
  const location = headers.location ?? '/';
  return /^\/(?![/\\])/.test(location) ? null : `leads away: ${location}`;
}
