import {
  ConflictError,
  ForbiddenError,
  NotFoundError,
  type Clock,
  type Id,
  type PermissionKey,
} from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { InjectionToken } from 'tsyringe';
import { storedActorOf, type Identity, type StoredActor } from '../auth/index.js';
import { uuidV7 } from '../database/uuid-v7.js';
import type { GivenUpJob, NewJob } from '../jobs/job-queue.js';
import type { ProgressStore } from '../jobs/job-progress.js';
import type { Generation } from '../kernel/generation.js';
import { isAboutRows } from '../records/about-rows.js';
import { isOver, type ChangeSet, type ChangeSetFailure, type ChangeSetProblem } from './change-set.js';
import * as store from './change-set-store.js';
import { endGivenUp } from './end-given-up.js';
import type { ChangeUnit, RowWork } from './engine/row-work.js';
import { listIds } from './bulk/list-items.js';
import { workOff } from './engine/work-off.js';
import { restingPlugin } from './undo/resting-plugin.js';
import { undoKind } from './undo/undo-work.js';

/** What change sets need of the other rooms. */
export interface ChangeSetParts {
  /** The work pool: a set of rows may take longer than a request. */
  readonly knex: Knex;
  readonly clock: Clock;
  /** What jobs work off, by kind of change set. */
  readonly works: ReadonlyMap<string, RowWork>;
  generation(): Generation;
  progress(): ProgressStore;
  enqueue(connection: Knex, job: NewJob): Promise<void>;
  /** Takes the jobs whose attempts are used up out of the queue. */
  takeGivenUp(trx: Knex.Transaction): Promise<readonly GivenUpJob[]>;
  /** The actor as it is now. @throws NotFoundError when it may not act any more */
  identityOf(actor: StoredActor): Promise<Identity>;
  /** Transactions of a change set, as its actor. */
  transactionOf(
    id: Id,
    session: { readonly identity: Identity; readonly generation: Generation },
  ): <T>(work: (unit: ChangeUnit) => Promise<T>) => Promise<T>;
}

/** What is asked for when a change set is to be worked off. */
export interface RequestedChangeSet {
  readonly kind: string;
  readonly entity: string;
  readonly input: ChangeSet['input'];
  /** What to work off, when that is known already. */
  readonly items?: readonly Id[];
}

/** Change sets of one workspace. */
export interface ChangeSets {
  /** @throws NotFoundError `change_set_not_found`: absent, or somebody else's */
  get(id: Id, identity: Identity): Promise<ChangeSet>;
  /** One's own, or everybody's for administrators of jobs; newest first, undos left out. */
  list(identity: Identity): Promise<readonly ChangeSet[]>;
  /** What was left out, page by page: `behind` is the position of the last one seen, `0` at first. */
  problems(
    set: ChangeSet,
    page: { readonly behind: string; readonly limit: number },
  ): Promise<readonly (ChangeSetProblem & { readonly position: string })[]>;
  /** Has a job work off a new change set. */
  submit(request: RequestedChangeSet, identity: Identity): Promise<ChangeSet>;
  /**
   * Has a job take a change set back, stopping it first when a job still works it off, or go on with taking it back when that was given up.
   * @returns the change set of the undo
   * @throws NotFoundError, ConflictError `change_set_already_undone`, `change_set_not_over`, `change_set_not_undoable`: an undo, or of an entity
   * whose module is not active; `change_set_plugin_resting`: a part of it belongs to a plugin that does not run
   */
  undo(id: Id, identity: Identity): Promise<ChangeSet>;
  /** Stops one that is worked off; what is done stays. @throws NotFoundError, ConflictError `change_set_over` */
  cancel(id: Id, identity: Identity): Promise<ChangeSet>;
  /** Works a change set off, or goes on with it. */
  run(id: Id): Promise<void>;
  /** Marks as failed whose job is not tried again. */
  endGivenUp(): Promise<void>;
}

/** The change sets of a workspace, in its container. */
export const ChangeSets: InjectionToken<ChangeSets> = Symbol('ChangeSets');

/** Name of the job that works change sets off. */
export const changeSetJob = 'change-set';

/** Wires the change sets of one workspace. */
export function createChangeSets(parts: ChangeSetParts): ChangeSets {
  const { knex, clock } = parts;
  return {
    get: (id, identity) => get(knex, id, identity),
    list: (identity) => store.listChangeSets(knex, seesAll(identity) ? null : (identity.userId ?? noUser), 100),
    problems: ({ id }, page) => store.readProblems(knex, id, page),
    submit: (request, identity) => knex.transaction((trx) => begin(parts, trx, request, identity)),
    undo: (id, identity) => knex.transaction((trx) => undo(parts, trx, id, identity)),
    cancel: (id, identity) => knex.transaction((trx) => cancel(parts, trx, id, identity)),
    run: (id) => run(parts, id),
    async endGivenUp() {
      const ended = await endGivenUp({ knex, clock, takeGivenUp: (trx) => parts.takeGivenUp(trx) });
      for (const { id, failure } of ended) await parts.progress().finish(id, 'failed', failure?.message);
    },
  };
}

/** No user has it. */
const noUser = '00000000-0000-0000-0000-000000000000';

function seesAll(identity: Identity): boolean {
  return identity.reach('core.job:administer') !== null;
}

async function get(knex: Knex, id: Id, identity: Identity): Promise<ChangeSet> {
  return visible(await store.findChangeSet(knex, id), id, identity);
}

function visible(set: ChangeSet | undefined, id: Id, identity: Identity): ChangeSet {
  const isOwn = set?.actor.kind === 'user' && set.actor.userId === identity.userId;
  if (set === undefined || !(isOwn || seesAll(identity))) throw new NotFoundError('change_set_not_found', { id });
  return set;
}

async function begin(
  parts: ChangeSetParts,
  trx: Knex.Transaction,
  request: RequestedChangeSet & { readonly undoOf?: Id },
  identity: Identity,
): Promise<ChangeSet> {
  const id = uuidV7();
  const actor = storedActorOf(identity);
  await store.noteChangeSet(trx, { ...request, id, actor, state: 'queued', createdAt: parts.clock.now() });
  if (request.items !== undefined) await listIds(trx, id, request.items);
  await parts.progress().create(trx, { id, kind: request.kind, ownerId: identity.userId });
  await enqueue(parts, trx, id);
  return visible(await store.findChangeSet(trx, id), id, identity);
}

function enqueue(parts: ChangeSetParts, trx: Knex.Transaction, id: Id): Promise<void> {
  return parts.enqueue(trx, { module: 'core', name: changeSetJob, payload: { changeSetId: id } });
}

/** The lock of the row decides who wins. */
async function undo(parts: ChangeSetParts, trx: Knex.Transaction, id: Id, identity: Identity): Promise<ChangeSet> {
  const set = visible(await store.lockChangeSet(trx, id), id, identity);
  if (set.undoOf !== null) throw notUndoable(id);
  // An undo counts once: one that finds none of the records would be the last.
  await assertWhole(parts, trx, id);
  if (!parts.generation().entities.has(set.entity)) throw notUndoable(id);
  assertMayChange(set, identity);
  if (!isOver(set)) {
    if (!parts.works.has(set.kind)) throw new ConflictError('change_set_not_over', { id });
    await stop(parts, trx, id);
  }
  const { kind, entity, input } = set;
  if (set.undo === null)
    return begin(parts, trx, { kind: undoKind, entity, input: { kind, input }, undoOf: id }, identity);
  if (set.undo.state !== 'failed') throw new ConflictError('change_set_already_undone', { id, undoId: set.undo.id });
  await store.requeueChangeSet(trx, set.undo.id);
  await enqueue(parts, trx, set.undo.id);
  return visible(await store.findChangeSet(trx, set.undo.id), set.undo.id, identity);
}

function notUndoable(id: Id): ConflictError {
  return new ConflictError('change_set_not_undoable', { id });
}

/** Each record asks for its own rights; without any, an undo would be used up, and keys of other systems moved, for nothing. */
function assertMayChange({ entity }: ChangeSet, identity: Identity): void {
  const may = (verb: 'update' | 'delete'): boolean => identity.reach(`${entity}:${verb}` as PermissionKey) !== null;
  if (!may('update') && !may('delete')) throw new ForbiddenError('forbidden', { permission: `${entity}:update` });
}

/** What belongs to a plugin that rests would be left out for good. */
async function assertWhole(parts: ChangeSetParts, trx: Knex.Transaction, id: Id): Promise<void> {
  const entities = [...parts.generation().entities.values()];
  const running = entities.flatMap(({ definition, extensions }) => [definition.module, ...extensions.keys()]);
  const plugin = await restingPlugin(trx, id, new Set(running));
  if (plugin === null) return;
  const message = `A part of this belongs to the plugin "${plugin}", which does not run. Enable it, then take this back.`;
  throw new ConflictError('change_set_plugin_resting', { id, plugin }, { message });
}

async function cancel(parts: ChangeSetParts, trx: Knex.Transaction, id: Id, identity: Identity): Promise<ChangeSet> {
  const set = visible(await store.lockChangeSet(trx, id), id, identity);
  if (isOver(set) || !parts.works.has(set.kind)) throw new ConflictError('change_set_over', { id });
  await stop(parts, trx, id);
  return visible(await store.findChangeSet(trx, id), id, identity);
}

async function stop(parts: ChangeSetParts, trx: Knex.Transaction, id: Id): Promise<void> {
  await store.finishChangeSet(trx, id, { state: 'cancelled', at: parts.clock.now() });
  await parts.progress().finish(id, 'done');
}

async function run(parts: ChangeSetParts, id: Id): Promise<void> {
  const set = await store.findChangeSet(parts.knex, id);
  const work = set === undefined ? undefined : parts.works.get(set.kind);
  if (set === undefined || work === undefined || isOver(set)) return;
  const failure = await failureOf(() => workThrough(parts, set, work));
  if (failure !== null) await parts.knex.transaction((trx) => end(parts, trx, id, { failure }));
  await parts.progress().finish(id, failure === null ? 'done' : 'failed', failure?.message);
}

async function workThrough(parts: ChangeSetParts, { id, actor }: ChangeSet, work: RowWork): Promise<void> {
  const session = { identity: await parts.identityOf(actor), generation: parts.generation() };
  const transaction = parts.transactionOf(id, session);
  await workOff(id, {
    work,
    transaction,
    progress: ({ rowsDone, rowCount }) => parts.progress().report(id, { done: rowsDone, total: rowCount ?? 0 }),
  });
  await transaction((unit) =>
    end(parts, unit.trx, id, { failure: null, finish: async (set) => work.finish?.(unit, set) }),
  );
}

/** How working off a change set came to its end. */
interface Ending {
  readonly failure: ChangeSetFailure | null;
  finish?(set: ChangeSet): Promise<void>;
}

async function end(
  { clock }: ChangeSetParts,
  trx: Knex.Transaction,
  id: Id,
  { failure, finish }: Ending,
): Promise<void> {
  const set = await store.lockChangeSet(trx, id);
  if (set === undefined || isOver(set)) return;
  await finish?.(set);
  const done = { state: failure === null ? 'done' : 'failed', at: clock.now() } as const;
  await store.finishChangeSet(trx, id, failure === null ? done : { ...done, failure });
}

/** What stops a change set for good is kept with it; other errors are thrown, and a later attempt goes on. */
async function failureOf(work: () => Promise<void>): Promise<ChangeSetFailure | null> {
  try {
    await work();
    return null;
  } catch (error) {
    if (!isAboutRows(error)) throw error;
    return { code: error.code, message: error.message };
  }
}
