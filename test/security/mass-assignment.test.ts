import { expect } from 'chai';
import { isFullRun, randomFrom } from '../support/scale.js';
import type { ActorName } from './policy/actors.js';
import { hiddenFields } from './policy/grants.js';
import type { Actor } from './support/actors.js';
import { canReach, reachOf } from './support/expectation.js';
import type { Sent } from './support/http.js';
import { columnsOf, poisons, type Poison } from './support/poison.js';
import { Records } from './support/records.js';
import { tell } from './support/tell.js';
import { createLabWorld, type World } from './support/world.js';
import type { CompiledEntity, CompiledField } from '../../core/dist/records/compiled-entity.js';

const seed = 20261122;
const share = 0.04;

interface Trial {
  readonly entity: CompiledEntity;
  readonly actor: Actor;
  readonly verb: 'create' | 'update' | 'form';
  readonly poison: Poison;
}

type Row = Readonly<Record<string, unknown>>;

describe('mass assignment', function () {
  this.timeout(isFullRun ? 900_000 : 120_000);
  let world: World;
  let records: Records;

  before(async () => {
    world = await createLabWorld();
    records = new Records(world);
  });
  after(() => world.close());

  async function trials(): Promise<readonly Trial[]> {
    const all: Trial[] = [];
    for (const entity of world.generation.entities.values()) {
      const columns = await columnsOf(world, tableOf(entity));
      const tried = poisons(columns, world.owners.other.userId);
      const verbs = ['create', 'update', 'form'] as const;
      for (const actor of writersOf(entity))
        for (const verb of verbs) all.push(...tried.map((poison): Trial => ({ entity, actor, verb, poison })));
    }
    return all;
  }

  /** Everybody who may write records of the entity at all. */
  function writersOf({ definition }: CompiledEntity): readonly Actor[] {
    const names: readonly ActorName[] = ['admin', 'manager', 'user'];
    return names.map((name) => world.actor(name)).filter((actor) => reachOf(actor, `${definition.id}:update`) !== null);
  }

  async function rowOf(entity: CompiledEntity, id: string): Promise<Row> {
    const sides = [...entity.extensions.keys()].map((plugin) => `p_${plugin}.${entity.definition.noun}_x`);
    const main = await world.host.sql(`select * from ${tableOf(entity)} where id = ?`, [id]);
    const extra = await Promise.all(
      sides.map((side) => world.host.sql(`select to_jsonb(x) as side from ${side} x where record_id = ?`, [id])),
    );
    return {
      ...main[0],
      ...Object.fromEntries(extra.map((rows, index) => [sides[index] ?? '', rows[0]?.['side'] ?? null])),
    };
  }

  async function attempt(trial: Trial): Promise<readonly string[]> {
    return trial.verb === 'create' ? attemptCreate(trial) : attemptChange(trial);
  }

  async function attemptChange(trial: Trial): Promise<readonly string[]> {
    const { entity, actor } = trial;
    const id = await records.create(entity.definition.id, entity.definition.owned ? { owner: actor.userId } : {});
    const before = await rowOf(entity, id);
    await write(trial, `/${id}`);
    return changed(before, await rowOf(entity, id), allowedChanges(trial));
  }

  async function attemptCreate(trial: Trial): Promise<readonly string[]> {
    const without = await write({ ...trial, poison: { name: 'name', value: 'Without' } }, '');
    const made = await write(trial, '');
    if (made === null || without === null) return [];
    const rows = [await rowOf(trial.entity, without), await rowOf(trial.entity, made)] as const;
    return changed(...rows, [...allowedChanges(trial), 'id', 'created_at']);
  }

  /** Id of what was created, or null. */
  async function write({ entity, actor, verb, poison }: Trial, place: string): Promise<string | null> {
    const least = verb === 'update' ? { name: 'Changed' } : (await records.inputs()).get(entity.definition.id)?.();
    const body = { ...least, ...ownerIn(entity, actor, verb), [poison.name]: poison.value };
    const address = `/${entity.path}${place}`;
    const request =
      verb === 'form'
        ? formRequest(actor, `${address}/edit`, body)
        : apiRequest(actor, verb, `/api/v1${address}`, body);
    const { status, headers } = await world.client.send(request);
    return status === 201 ? (headers.location?.split('/').at(-1) ?? null) : null;
  }

  it('changes no column that is not a field the actor may write, however it is spelled', async () => {
    const all = await trials();
    const random = randomFrom(seed);
    const chosen = isFullRun ? all : all.filter(() => random() < share);

    const found: string[] = [];
    for (const trial of chosen) {
      const columns = await attempt(trial);
      if (columns.length > 0)
        found.push(
          `${trial.verb} of ${trial.entity.definition.id} as ${trial.actor.name} with ${trial.poison.name} changes ${columns.join(', ')}`,
        );
    }

    tell(`${chosen.length} of ${all.length} writes with a column too many, seed ${seed}`);
    expect(found.length, found.slice(0, 30).join('\n')).to.equal(0);
    expect(Reflect.get({}, 'polluted')).to.equal(undefined);
  });

  it('notices a column that a write did change', async () => {
    const entity = world.generation.entities.get('core.account');
    if (entity === undefined) throw new Error('there are no accounts');
    const id = await records.create('core.account', {});
    const before = await rowOf(entity, id);
    await world.host.sql(`update core.accounts set created_at = '2001-01-01', owner_id = null where id = ?`, [id]);

    expect(changed(before, await rowOf(entity, id), ['name'])).to.include('created_at');
  });

  /** The owner may be set by those who reach the record afterwards too. */
  function allowedChanges({ entity, actor, verb, poison: { name } }: Trial): readonly string[] {
    const stranger = { owner: world.owners.other.userId, team: world.owners.other.teamId };
    const right = `${entity.definition.id}:${verb === 'create' ? 'create' : 'update'}`;
    const owner = name === 'owner' && canReach(actor, right, stranger) ? ['owner_id', 'team_id'] : [];
    // A form carries all of its controls: one that is missing counts as emptied.
    const named = verb === 'form' ? [...entity.fields.keys()] : [name];
    return [
      'name',
      'version',
      'updated_at',
      'updated_by',
      // The text of the columns, which the server makes.
      'kept',
      ...owner,
      ...named.flatMap((path) => writableColumns(entity, actor, path)),
    ];
  }
});

function tableOf({ schemaName, tableName }: CompiledEntity): string {
  return `${schemaName}.${tableName}`;
}

function formRequest(actor: Actor, path: string, body: object): Sent {
  const texts = Object.entries(body).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  const form = new URLSearchParams([['_csrf', actor.csrf], ['_version', '1'], ...texts]);
  const headers = {
    ...actor.page,
    'Content-Type': 'application/x-www-form-urlencoded',
    'Sec-Fetch-Site': 'same-origin',
  };
  return { method: 'POST', path, headers, body: form.toString() };
}

function apiRequest(actor: Actor, verb: 'create' | 'update', path: string, body: object): Sent {
  const headers = { ...actor.api, 'Content-Type': 'application/json', 'If-Match': '*' };
  return { method: verb === 'create' ? 'POST' : 'PATCH', path, headers, body: JSON.stringify(body) };
}

function ownerIn({ definition }: CompiledEntity, { userId }: Actor, verb: Trial['verb']): object {
  return definition.owned && verb === 'form' ? { owner: userId } : {};
}

/** Columns behind the very field that was named, when the actor may write it; a plugin's fields stand under its id. */
function writableColumns(entity: CompiledEntity, actor: Actor, name: string): readonly string[] {
  const isBlind = actor.preset === 'user';
  if (name === 'lab' && !isBlind) return ['p_lab.account_x'];
  const field = entity.fields.get(name);
  const isHidden = isBlind && hiddenFields[entity.definition.id]?.includes(name) === true;
  if (field === undefined || isHidden || isKept(field)) return [];
  return [field.column, `${field.column}_currency`];
}

/** Whether core or a service alone writes it. */
function isKept({ isSystem, field }: CompiledField): boolean {
  return isSystem || field.readOnly === true;
}

/** Columns that differ and were not meant to. */
function changed(before: Row, after: Row, allowed: readonly string[]): readonly string[] {
  return Object.keys(before).filter(
    (name) => !allowed.includes(name) && JSON.stringify(before[name]) !== JSON.stringify(after[name]),
  );
}
