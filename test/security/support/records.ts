import type { Id } from '@trellis-crm/sdk';
import type { Actor } from './actors.js';
import type { Belonging, Relation } from './expectation.js';
import { absentId, type World } from './world.js';

/** The record a request is about. */
export interface Target extends Belonging {
  readonly id: Id;
  readonly relation: Relation;
}

/** Least input of a record, by entity. */
export type Inputs = ReadonlyMap<string, () => Readonly<Record<string, unknown>>>;

/** Creates records and remembers those that nothing may change. */
export class Records {
  readonly #shared = new Map<string, Promise<Target>>();
  #inputs: Inputs | undefined;

  constructor(private readonly world: World) {}

  /** Inputs that core and plugins take; some need a record to refer to. */
  async inputs(): Promise<Inputs> {
    if (this.#inputs !== undefined) return this.#inputs;
    const inputs = new Map<string, () => Readonly<Record<string, unknown>>>();
    for (const entity of this.world.generation.entities.keys())
      inputs.set(entity, () => ({ name: `${crypto.randomUUID()} of ${entity}` }));
    inputs.set('core.activity', () => ({ kind: 'call', subject: 'A core.activity' }));
    this.#inputs = inputs;
    if (!this.world.generation.entities.has('sales.stage')) return inputs;
    inputs.set('sales.pipeline', () => ({ name: 'A pipeline', position: 7 }));
    const pipeline = await this.create('sales.pipeline', {});
    inputs.set('sales.stage', () => ({ name: 'A stage', pipeline, position: 1 }));
    const stage = await this.create('sales.stage', {});
    const another = await this.create('sales.stage', { position: 2 });
    for (const outcome of ['won', 'lost']) await this.create('sales.stage', { position: 3, outcome });
    inputs.set('sales.deal', () => ({ name: 'A deal', stage }));
    inputs.set('another stage', () => ({ stage: another }));
    return inputs;
  }

  /** A record in a relation to somebody. `isFresh`: one that may be changed; else one that all such requests share. */
  target(
    entity: string,
    relation: Relation,
    actor: Actor,
    use: { isTrashed: boolean; isFresh: boolean },
  ): Promise<Target> {
    if (use.isFresh) return this.#build(entity, relation, actor, use.isTrashed);
    const key = [
      entity,
      relation,
      use.isTrashed,
      relation === 'own' || relation === 'deleted' ? actor.name : '',
    ].join();
    const shared = this.#shared.get(key) ?? this.#build(entity, relation, actor, use.isTrashed);
    this.#shared.set(key, shared);
    return shared;
  }

  /** Whom a record in this relation belongs to. */
  belonging(entity: string, relation: Relation, actor: Actor): Belonging {
    if (this.world.generation.entities.get(entity)?.definition.owned !== true) return { owner: null, team: null };
    const { owners, host } = this.world;
    if (relation === 'team' || relation === 'subtree' || relation === 'other') {
      return { owner: owners[relation].userId, team: owners[relation].teamId };
    }
    // Whose access ended owns nothing any more.
    if (actor.preset === null) return { owner: host.admin.userId, team: host.admin.teamId };
    return { owner: actor.userId, team: actor.teams[0] ?? null };
  }

  /** Creates a record as core would for the plugin of its entity. @returns its id */
  async create(entity: string, input: Readonly<Record<string, unknown>>): Promise<Id> {
    const { host, generation } = this.world;
    const definition = generation.entities.get(entity)?.definition;
    if (definition === undefined) throw new Error(`there is no entity ${entity}`);
    if (entity === 'core.user')
      return (await host.buildUser({ name: `Person ${crypto.randomUUID().slice(0, 8)}` })).userId;
    const least = (await this.inputs()).get(entity)?.() ?? {};
    const ctx = await host.context(definition.module);
    const created = await ctx.records(definition).create({ ...least, ...input });
    return (created as { readonly id: Id }).id;
  }

  async #build(entity: string, relation: Relation, actor: Actor, isTrashed: boolean): Promise<Target> {
    const belonging = this.belonging(entity, relation, actor);
    if (relation === 'absent') return { id: absentId(), relation, ...belonging };
    const isOwned = this.world.generation.entities.get(entity)?.definition.owned === true;
    const id = await this.create(entity, isOwned && relation !== 'none' ? { owner: belonging.owner } : {});
    // `deleted` is what the route does not find: a record in the trash, or for the trash's own routes one that is not in it.
    if (isTrashed !== (relation === 'deleted')) await this.trash(entity, id);
    return { id, relation, ...belonging };
  }

  async trash(entity: string, id: Id): Promise<void> {
    const definition = this.world.generation.entities.get(entity)?.definition;
    if (definition === undefined) throw new Error(`there is no entity ${entity}`);
    const ctx = await this.world.host.context(definition.module);
    await ctx.records(definition).trash(id);
  }
}
