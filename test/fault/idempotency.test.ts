import { setTimeout as pause } from 'node:timers/promises';
import { createTestHost, type TestHost } from '@trellis-crm/sdk/testing';
import { expect } from 'chai';
import { timesOf } from '../support/scale.js';

/** Whatever answers POSTs with keys: the application, or a fixture with a defect. */
interface Service {
  post(actor: string, key: string, name: string): Promise<{ readonly status: number; readonly text: string }>;
  /** Records of that name there are. */
  count(name: string): Promise<number>;
}

const clients = 16;

/**
 * Sends each key from all clients at once, again and again until each has its success, then once more as another actor.
 * @returns what is wrong, and how many keys were tried
 */
async function tryKeys(
  service: Service,
  keys: number,
): Promise<{ readonly flaws: readonly string[]; readonly successes: number }> {
  const flaws: string[] = [];
  let successes = 0;
  for (let n = 0; n < keys; n++) {
    const name = `Wanted once ${n}`;
    const answers = await Promise.all(Array.from({ length: clients }, () => untilDone(service, `key-${n}`, name)));
    successes += answers.length;
    if (new Set(answers).size !== 1) flaws.push(`key ${n}: ${new Set(answers).size} different answers`);
    const count = await service.count(name);
    if (count !== 1) flaws.push(`key ${n}: ${count} records`);
    const other = await service.post('other', `key-${n}`, name);
    if (other.status !== 201 || other.text === answers[0]) flaws.push(`key ${n}: the answer of another actor`);
  }
  return { flaws, successes };
}

async function untilDone(service: Service, key: string, name: string): Promise<string> {
  for (;;) {
    const { status, text } = await service.post('one', key, name);
    if (status === 201) return text;
    if (status !== 409 && status !== 503) throw new Error(`unexpected answer ${status}: ${text}`);
    await pause(20);
  }
}

describe('many POSTs with equal keys', () => {
  let host: TestHost;

  before(async () => {
    host = await createTestHost();
  });

  after(() => host.close());

  it(`are done once each, and every success is the same byte by byte`, async () => {
    const keys = timesOf(50, 3);
    const users = { one: host.admin, other: host.manager };
    const service: Service = {
      post: (actor, key, name) =>
        host
          .as(actor === 'one' ? users.one : users.other)
          .post('/api/v1/accounts', { name }, { 'Idempotency-Key': key }),
      count: async (name) => (await host.sql('select 1 from core.accounts where name = ?', [name])).length,
    };

    const { flaws, successes } = await tryKeys(service, keys);

    expect(flaws).to.deep.equal([]);
    expect(successes).to.equal(keys * clients);
    expect(await host.sql('select 1 from core.accounts')).to.have.length(2 * keys);
    expect(await host.sql(`select 1 from core.events where type = 'core.account-created'`)).to.have.length(2 * keys);
  });

  it('would be noticed if a key did not belong to its actor', async () => {
    const { flaws } = await tryKeys(createFlawedService({ ignoresActor: true, forgetsWhileBusy: false }), 2);

    expect(flaws).to.deep.equal(['key 0: the answer of another actor', 'key 1: the answer of another actor']);
  });

  it('would be noticed if the answer were kept after the effect and nothing held the key meanwhile', async () => {
    const { flaws } = await tryKeys(createFlawedService({ ignoresActor: false, forgetsWhileBusy: true }), 2);

    expect(flaws).to.include('key 0: 16 records').and.include('key 0: 16 different answers');
  });

  it('are fine for a service without a defect', async () => {
    const { flaws } = await tryKeys(createFlawedService({ ignoresActor: false, forgetsWhileBusy: false }), 2);

    expect(flaws).to.deep.equal([]);
  });
});

/** Keeps answers in memory, with the defects asked for. */
function createFlawedService(defects: { readonly ignoresActor: boolean; readonly forgetsWhileBusy: boolean }): Service {
  const kept = new Map<string, string>();
  const busy = new Set<string>();
  const records: { readonly actor: string; readonly name: string }[] = [];
  return {
    async post(actor, key, name) {
      const id = defects.ignoresActor ? key : `${actor} ${key}`;
      const known = kept.get(id);
      if (known !== undefined) return { status: 201, text: known };
      if (busy.has(id) && !defects.forgetsWhileBusy) return { status: 409, text: '' };
      busy.add(id);
      await pause(1);
      const text = `${actor} made ${records.push({ actor, name })}`;
      kept.set(id, text);
      return { status: 201, text };
    },
    count: async (name) => records.filter((record) => record.actor === 'one' && record.name === name).length,
  };
}
