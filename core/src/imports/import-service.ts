import { NotFoundError, type Clock, type Id, type WorkspaceInfo } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { InjectionToken } from 'tsyringe';
import { storedActorOf, type Identity, type StoredActor } from '../auth/index.js';
import type { Database } from '../database/database.js';
import { uuidV7 } from '../database/uuid-v7.js';
import type { GivenUpJob, NewJob } from '../jobs/job-queue.js';
import type { ProgressStore } from '../jobs/job-progress.js';
import type { Generation } from '../kernel/generation.js';
import { endGivenUp } from './end-given-up.js';
import { endInterrupted } from './end-interrupted.js';
import type { ImportRun } from './engine/import-course.js';
import { runImport } from './engine/run-import.js';
import type { ImportProblem } from './import-problem.js';
import { readProblems } from './import-progress-store.js';
import { importJob } from './import-job.js';
import type { ImportRecord } from './import-record.js';
import { findImport, insertImport, listImports, readFileText } from './import-store.js';
import type { ImportMapping } from './mapping/mapping.js';
import { authorizeImport, receiveImport, type ImportRequest, type ReadableImport } from './receive-import.js';
import { refusedRows } from './refused-rows.js';
import { resumeImport } from './resume-import.js';
import { markRunning } from './running-mark.js';

/** What imports need of the other rooms. */
export interface ImportParts {
  readonly database: Database;
  readonly clock: Clock;
  generation(): Generation;
  info(): WorkspaceInfo;
  progress(): ProgressStore;
  enqueue(connection: Knex, job: NewJob): Promise<void>;
  /** Takes the jobs of imports whose attempts are used up out of the queue. */
  takeGivenUp(trx: Knex.Transaction): Promise<readonly GivenUpJob[]>;
  /** The importing actor, as it is when the import runs. @throws NotFoundError, ForbiddenError when it may not act any more */
  identityOf(actor: StoredActor): Promise<Identity>;
  /** Sets of rows in transactions of the work pool. */
  transactionOf(identity: Identity, generation: Generation, signal: AbortSignal): ImportRun['transaction'];
}

/** Options of one run. */
export interface RunOptions {
  readonly signal?: AbortSignal;
  /** Told after each commit. */
  readonly onProgress?: (record: ImportRecord) => void;
}

/** What is different when a file is imported once more. */
export interface RepeatedImport {
  readonly isDryRun: boolean;
  /** Column → field, empty to leave a column out; the mapping of the first time when left out. */
  readonly map?: Readonly<Record<string, string>>;
  /** Field by which records that exist are found, or `none`. */
  readonly match?: string;
}

/** Imports of one workspace. */
export interface Imports {
  /** Takes a file and runs it later, as a job. */
  submit(request: ImportRequest, identity: Identity): Promise<ImportRecord>;
  /** Looks at a file as a whole, and takes nothing. @returns its mapping, guessed if need be */
  check(request: ImportRequest, identity: Identity): Promise<ImportMapping>;
  /** Takes the file of an import once more, as a job: for real after a dry run, or with its columns mapped otherwise. @throws NotFoundError */
  repeat(id: Id, identity: Identity, changes: RepeatedImport): Promise<ImportRecord>;
  /** Has a job go on with an import that was given up or interrupted. @throws NotFoundError, ForbiddenError, ConflictError `import_not_resumable` */
  resume(id: Id, identity: Identity): Promise<ImportRecord>;
  /** Takes a file; the caller runs it. */
  accept(request: ImportRequest, identity: Identity): Promise<ImportRecord>;
  /** Runs an import to its end, or goes on with one that was interrupted. @throws NotFoundError `import_not_found` */
  run(id: Id, options?: RunOptions): Promise<ImportRecord>;
  /** Marks imports as failed whose job is not tried again, with what it said last, and those whose command was killed. */
  endGivenUp(): Promise<void>;
  /** Marks imports as failed whose command was killed; they can be run again. @returns them */
  endInterrupted(): Promise<readonly ImportRecord[]>;
  /** @throws NotFoundError `import_not_found`: absent, or somebody else's */
  get(id: Id, identity: Identity): Promise<ImportRecord>;
  /** One's own imports, or everybody's for administrators of jobs; newest first. */
  list(identity: Identity): Promise<readonly ImportRecord[]>;
  problems(record: ImportRecord, limit: number, kind?: ImportProblem['kind']): Promise<readonly ImportProblem[]>;
  /** CSV of the rows kept out, line by line. */
  refused(record: ImportRecord): AsyncIterable<string>;
}

/** The imports of a workspace, in its container. */
export const Imports: InjectionToken<Imports> = Symbol('Imports');

/** Wires the imports of one workspace. */
export function createImports(parts: ImportParts): Imports {
  const { work } = parts.database;
  return {
    submit: (request, identity) => submit(parts, request, identity),
    check: async (request, identity) => (await receive(parts, request, identity)).mapping,
    repeat: (id, identity, changes) => repeat(parts, id, identity, changes),
    resume: (id, identity) => resume(parts, id, identity),
    accept: (request, identity) => store(parts, work, request, identity),
    run: (id, options = {}) => run(parts, id, options),
    async endGivenUp() {
      const { clock } = parts;
      const ended = await endGivenUp({ knex: work, clock, takeGivenUp: (trx) => parts.takeGivenUp(trx) });
      for (const record of ended) await report(parts.progress(), record);
      await endInterrupted(work, clock);
    },
    endInterrupted: () => endInterrupted(work, parts.clock),
    get: (id, identity) => get(parts, id, identity),
    list: (identity) => listImports(work, seesAll(identity) ? null : (identity.userId ?? noUser), 100),
    problems: (record, limit, kind) => readProblems(work, record.id, kind === undefined ? { limit } : { limit, kind }),
    refused: (record) => refusedRows(work, record),
  };
}

/** No user has it. */
const noUser = '00000000-0000-0000-0000-000000000000';

async function submit(parts: ImportParts, request: ImportRequest, identity: Identity): Promise<ImportRecord> {
  return parts.database.work.transaction(async (trx) => {
    const record = await store(parts, trx, request, identity);
    await parts.progress().create(trx, { id: record.id, kind: importJob, ownerId: identity.userId });
    await parts.enqueue(trx, { module: 'core', name: importJob, payload: { importId: record.id } });
    return record;
  });
}

/** The file is kept as UTF-8, whatever its mapping says about the original. */
async function repeat(
  parts: ImportParts,
  id: Id,
  identity: Identity,
  { isDryRun, map, match }: RepeatedImport,
): Promise<ImportRecord> {
  const { entity, fileName, delimiter, mapping } = await get(parts, id, identity);
  const pieces: Buffer[] = [];
  for await (const piece of readFileText(parts.database.work, id)) pieces.push(piece);
  const file = { bytes: Buffer.concat(pieces), fileName, delimiter, encoding: 'utf-8', isDryRun };
  const how = map === undefined ? { mapping } : { entity, map, ...(match === undefined ? {} : { match }) };
  return submit(parts, { ...file, ...how }, identity);
}

async function resume(parts: ImportParts, id: Id, identity: Identity): Promise<ImportRecord> {
  const record = await get(parts, id, identity);
  authorizeImport(record.mapping, identity);
  return parts.database.work.transaction(async (trx) => {
    await resumeImport(trx, record, {
      progress: parts.progress(),
      enqueue: (connection, job) => parts.enqueue(connection, job),
    });
    return found(await findImport(trx, id), id);
  });
}

async function store(
  parts: ImportParts,
  knex: Knex,
  request: ImportRequest,
  identity: Identity,
): Promise<ImportRecord> {
  const readable = await receive(parts, request, identity);
  const id = uuidV7();
  const record = {
    id,
    entity: readable.entity,
    fileName: request.fileName.slice(0, 255),
    sizeBytes: request.bytes.length,
    delimiter: readable.header.delimiter,
    header: readable.header.names,
    mapping: readable.mapping,
    isDryRun: request.isDryRun,
    rowCount: readable.rowCount,
    actor: storedActorOf(identity),
    changeSetId: uuidV7(),
    createdAt: parts.clock.now(),
  };
  if (knex.isTransaction) await insertImport(knex, record, readable.text);
  else await knex.transaction((trx) => insertImport(trx, record, readable.text));
  return found(await findImport(knex, id), id);
}

function receive(parts: ImportParts, request: ImportRequest, identity: Identity): Promise<ReadableImport> {
  return receiveImport(request, identity, parts.generation(), parts.info().baseCurrency);
}

async function run(parts: ImportParts, id: Id, options: RunOptions): Promise<ImportRecord> {
  const { clock } = parts;
  const knex = parts.database.work;
  const mark = await markRunning(() => parts.database.connectDirect(), id);
  const ended = await runImport(id, { knex, clock }, (record) => openRun(parts, record, options)).finally(() =>
    mark.remove(),
  );
  const record = found(ended, id);
  options.onProgress?.(record);
  await report(parts.progress(), record);
  return record;
}

async function openRun(parts: ImportParts, { actor }: ImportRecord, options: RunOptions): Promise<ImportRun> {
  const { signal = new AbortController().signal, onProgress } = options;
  const generation = parts.generation();
  const identity = await parts.identityOf(actor);
  return {
    knex: parts.database.work,
    clock: parts.clock,
    generation,
    baseCurrency: parts.info().baseCurrency,
    signal,
    transaction: parts.transactionOf(identity, generation, signal),
    async progress(record) {
      onProgress?.(record);
      await report(parts.progress(), record);
    },
  };
}

async function report(
  progress: ProgressStore,
  { id, state, rowsDone, rowCount, failure }: ImportRecord,
): Promise<void> {
  if (state === 'done' || state === 'failed') await progress.finish(id, state, failure?.message);
  else await progress.report(id, { done: rowsDone, total: rowCount });
}

async function get(parts: ImportParts, id: Id, identity: Identity): Promise<ImportRecord> {
  const record = await findImport(parts.database.work, id);
  const isOwn = record?.actor.kind === 'user' && record.actor.userId === identity.userId;
  return found(isOwn || seesAll(identity) ? record : undefined, id);
}

function seesAll(identity: Identity): boolean {
  return identity.reach('core.job:administer') !== null;
}

function found(record: ImportRecord | undefined, id: Id): ImportRecord {
  if (record === undefined) throw new NotFoundError('import_not_found', { id });
  return record;
}
