import type { Id } from '@trellis-crm/sdk';
import { storedActorOf, type Identity } from '../../dist/auth/index.js';
import type { ChangeSet, ChangeSetProblem } from '../../dist/changes/change-set.js';
import { finishChangeSet, noteChangeSet } from '../../dist/changes/change-set-store.js';
import { createChangeSets, type ChangeSets } from '../../dist/changes/change-sets.js';
import { changeTransactions } from '../../dist/changes/change-transactions.js';
import type { RowWork } from '../../dist/changes/engine/row-work.js';
import { undoKind, undoWork } from '../../dist/changes/undo/undo-work.js';
import { runUnit, type UnitOfWork } from '../../dist/database/unit-of-work.js';
import { uuidV7 } from '../../dist/database/uuid-v7.js';
import { openRecordHost, operator, type RecordHost } from '../records/record-host.js';

/** Change sets on a database of their own, without jobs and HTTP. */
export interface ChangeHost {
  readonly host: RecordHost;
  readonly changeSets: ChangeSets;
  /** Works of these tests, by kind; theirs may be added. */
  readonly works: Map<string, RowWork>;
  /** Makes a change set of what is done in one or more transactions. */
  changeSet(steps: readonly ((unit: UnitOfWork) => Promise<unknown>)[], identity?: Identity): Promise<Id>;
  /** Takes a change set back, to the end. */
  undo(id: Id, identity?: Identity): Promise<Undone>;
  /** The identity of a user id, as the job will find it. */
  know(identity: Identity): Identity;
  close(): Promise<void>;
}

/** What an undo came to. */
export interface Undone {
  readonly set: ChangeSet;
  readonly problems: readonly ChangeSetProblem[];
}

export async function openChangeHost(): Promise<ChangeHost> {
  const host = await openRecordHost();
  const { work: knex } = host.database;
  const people = new Map<string, Identity>();
  const works = new Map([[undoKind, undoWork]]);
  const changeSets = createChangeSets({
    knex,
    clock: host.clock,
    works,
    generation: () => host.generation,
    progress: () => ({
      create: async () => undefined,
      report: async () => undefined,
      finish: async () => undefined,
      get: async () => Promise.reject(new Error('not kept here')),
    }),
    enqueue: async () => undefined,
    takeGivenUp: async () => [],
    identityOf: async (actor) => (actor.kind === 'operator' ? operator : (people.get(actor.userId) ?? operator)),
    transactionOf: (id, session) =>
      changeTransactions({ knex, world: host.room.world, wakeRelay: () => undefined }, id, {
        ...session,
        signal: new AbortController().signal,
      }),
  });
  const know = (identity: Identity): Identity => {
    if (identity.userId !== null) people.set(identity.userId, identity);
    return identity;
  };
  return {
    host,
    changeSets,
    works,
    know,
    async changeSet(steps, identity = operator) {
      const id = uuidV7();
      const actor = storedActorOf(know(identity));
      const set = { id, kind: 'test', entity: 'lab.sample', actor, state: 'running', createdAt: host.clock.now() };
      await noteChangeSet(knex, { ...set, state: 'running' });
      for (const step of steps) await runUnit(knex, () => undefined, step, id);
      await finishChangeSet(knex, id, { state: 'done', at: host.clock.now() });
      return id;
    },
    async undo(id, identity = operator) {
      const { id: undoId } = await changeSets.undo(id, know(identity));
      await changeSets.run(undoId);
      const set = await changeSets.get(undoId, operator);
      return { set, problems: await changeSets.problems(set, { behind: '0', limit: 1000 }) };
    },
    close: () => host.close(),
  };
}
