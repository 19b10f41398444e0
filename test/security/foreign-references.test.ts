import { expect } from 'chai';
import { isFullRun } from '../support/scale.js';
import type { ActorName } from './policy/actors.js';
import type { Actor } from './support/actors.js';
import { canReach } from './support/expectation.js';
import { Records, type Target } from './support/records.js';
import { isNoise } from './support/row-changes.js';
import { sameAnswer } from './support/same-answer.js';
import { tell } from './support/tell.js';
import { absentId, createLabWorld, type World } from './support/world.js';
import type { CompiledEntity, CompiledField } from '../../core/dist/records/compiled-entity.js';

/** One reference a client may write: a field, or a field of a list's entries. */
interface Reference {
  readonly entity: CompiledEntity;
  readonly field: CompiledField;
  readonly item: CompiledField | null;
  readonly target: string;
}

/** Every reference that a body may carry, put to a record that its sender may not read: it is as absent as one that never was. */
describe('references to records of others', function () {
  this.timeout(isFullRun ? 300_000 : 120_000);
  let world: World;
  let records: Records;

  before(async () => {
    world = await createLabWorld();
    records = new Records(world);
  });
  after(() => world.close());

  function references(): readonly Reference[] {
    return [...world.generation.entities.values()].flatMap((entity) =>
      [...entity.fields.values()].flatMap((field): Reference[] => {
        if (field.isSystem || field.field.readOnly === true) return [];
        const items = (field.list?.items ?? []).map((item) => ({ entity, field, item, target: item.target }));
        return [{ entity, field, item: null, target: field.target }, ...items].flatMap((one) =>
          one.target === null ? [] : [{ ...one, target: one.target }],
        );
      }),
    );
  }

  /** A record of the referenced entity that the actor may not read; undefined when they read all of them. */
  async function hiddenTarget(actor: Actor, target: string): Promise<Target | undefined> {
    const belonging = records.belonging(target, 'other', actor);
    if (canReach(actor, `${target}:read`, belonging)) return undefined;
    return records.target(target, 'other', actor, { isTrashed: false, isFresh: false });
  }

  async function write({ entity, field, item }: Reference, actor: Actor, id: string) {
    const value = item === null ? id : [{ ...requiredItems(field), [item.name]: id }];
    const body = { ...(await records.inputs()).get(entity.definition.id)?.(), [field.name]: value };
    const headers = { ...actor.api, 'Content-Type': 'application/json' };
    return world.client.send({ method: 'POST', path: `/api/v1/${entity.path}`, headers, body: JSON.stringify(body) });
  }

  /** What is wrong with the answer to one reference, or undefined when the actor reads all such records. */
  async function problemsOf(reference: Reference, actor: Actor): Promise<readonly string[] | undefined> {
    const target = await hiddenTarget(actor, reference.target);
    if (target === undefined) return undefined;
    await world.changes.take();
    const hidden = await write(reference, actor, target.id);
    const effects = (await world.changes.take()).filter((change) => !isNoise(change));
    const difference = sameAnswer(hidden, await write(reference, actor, absentId()));
    return [
      ...(hidden.status === 422 ? [] : [`answers ${hidden.status}`]),
      ...effects.map(({ table }) => `changes ${table}`),
      ...(difference === null ? [] : [`tells that the record exists: ${difference}`]),
    ];
  }

  it('are refused, change nothing, and look like references to nothing', async () => {
    const found: string[] = [];
    let tried = 0;
    for (const name of ['user', 'outsider', 'teamless', 'manager'] as const satisfies readonly ActorName[]) {
      const actor = world.actor(name);
      const own = { owner: actor.userId, team: null };
      const writable = references().filter(({ entity }) => canReach(actor, `${entity.definition.id}:create`, own));
      for (const reference of writable) {
        const problems = await problemsOf(reference, actor);
        if (problems !== undefined) tried += 1;
        const where = `${reference.entity.definition.id}.${reference.field.path} as ${name}`;
        found.push(...(problems ?? []).map((problem) => `${where} ${problem}`));
      }
    }

    tell(`${tried} references to hidden records`);
    expect(tried).to.be.greaterThan(8);
    expect(found).to.deep.equal([]);
  });

  it('bring no record along when they are included, and find none when they are filtered by', async () => {
    const user = world.actor('user');
    const stranger = await records.create('lab.specimen', { owner: world.owners.other.userId });
    await records.create('lab.shelf', { name: 'Shelf of a stranger', specimen: stranger });
    const ask = async (path: string) =>
      (await world.client.send({ method: 'GET', path: `/api/v1/${path}`, headers: user.api })).text;

    expect(await ask('lab/shelves?include=specimen')).to.contain(`"specimen":"${stranger}"`);
    expect(JSON.parse(await ask(`lab/specimens?filter[id]=${stranger}`))).to.have.deep.property('data', []);
    expect(JSON.parse(await ask(`lab/specimens?filter[original]=${stranger}`))).to.have.deep.property('data', []);
  });
});

function requiredItems({ list }: CompiledField): object {
  const required = (list?.items ?? []).filter(({ field, target }) => field.required === true && target === null);
  return Object.fromEntries(required.map(({ name }) => [name, '1']));
}
