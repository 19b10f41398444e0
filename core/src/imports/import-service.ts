import { ConflictError, NotFoundError, type Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { InjectionToken } from 'tsyringe';
import { storedActorOf, type Identity } from '../auth/index.js';
import { uuidV7 } from '../database/uuid-v7.js';
import type { ReasonTexts } from '../http/reason-texts.js';
import type { ProgressStore } from '../jobs/job-progress.js';
import { endGivenUp } from './end-given-up.js';
import { endInterrupted } from './end-interrupted.js';
import type { ImportRun } from './engine/import-course.js';
import { runImport } from './engine/run-import.js';
import type { ImportProblem } from './import-problem.js';
import { readProblemGroups, readProblems, readUnknownOptions, type ProblemGroup } from './import-progress-store.js';
import { importJob, jobOf } from './import-job.js';
import type { ImportParts } from './import-parts.js';
import { isImportOver, type ImportRecord } from './import-record.js';
import { findImport, finishImport, insertImport, listImports } from './import-store.js';
import { authorizeImport } from './import-target.js';
import { planFile, sampleOf, savePlan, startCheck, startRun } from './import-wizard.js';
import { keepTable, readThrough } from './keep-table.js';
import type { ImportMapping } from './mapping/mapping.js';
import type { SampleRows } from './plan/guess-plan.js';
import type { ImportPlan } from './plan/import-plan.js';
import { receiveImport, type ImportRequest, type PlannedImport, type ReadableImport } from './receive-import.js';
import { refusedRows } from './refused-rows.js';
import { resumeImport } from './resume-import.js';
import { keptMappings, type KeptMappings } from './kept-mappings.js';
import { savedMappings, type Mappings } from './saved-mappings.js';
import { markRunning } from './running-mark.js';

/** Options of one run. */
export interface RunOptions {
  readonly signal?: AbortSignal;
  /** Told after each commit. */
  readonly onProgress?: (record: ImportRecord) => void;
}

/** Imports of one workspace. */
export interface Imports {
  /** Takes a file and runs it later, as a job. */
  submit(request: ImportRequest, identity: Identity): Promise<ImportRecord>;
  /** Looks at a file as a whole, and takes nothing. @returns its mapping, guessed if need be */
  check(request: ImportRequest, identity: Identity): Promise<ImportMapping>;
  /** Takes a file and checks nothing yet: its plan is guessed, to be changed and checked. */
  draft(request: ImportRequest, identity: Identity): Promise<ImportRecord>;
  /** Changes the plan of an import that has written nothing. @throws NotFoundError, ConflictError `import_started` */
  plan(id: Id, identity: Identity, plan: ImportPlan): Promise<ImportRecord>;
  /** Has a job check all rows of a draft, or of what was checked already. @throws NotFoundError, ConflictError `import_started`, ValidationError `invalid_plan` */
  startCheck(id: Id, identity: Identity): Promise<ImportRecord>;
  /** Has a job import for real what was checked. @throws NotFoundError, ConflictError `import_started` */
  startRun(id: Id, identity: Identity): Promise<ImportRecord>;
  /** Plans that people kept under a name. */
  readonly mappings: Mappings;
  /** The same as the API gives them. */
  readonly kept: KeptMappings;
  /** The first rows of the file, as cells. */
  sample(record: ImportRecord): Promise<SampleRows>;
  /** Has a job go on with an import that was given up or interrupted. @throws NotFoundError, ForbiddenError, ConflictError `import_not_resumable` */
  resume(id: Id, identity: Identity): Promise<ImportRecord>;
  /** Stops one that waits or is under way, behind the rows that went in: they can be taken back. @throws NotFoundError, ConflictError `import_over` */
  cancel(id: Id, identity: Identity): Promise<ImportRecord>;
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
  /** What is wrong, by column and code, with how often and examples. */
  groups(record: ImportRecord): Promise<readonly ProblemGroup[]>;
  /** Texts of columns that the last check found to be none of their options. */
  unknownOptions(record: ImportRecord): Promise<ReadonlyMap<string, readonly string[]>>;
  /** CSV of the rows kept out, line by line. */
  refused(record: ImportRecord, texts?: ReasonTexts): AsyncIterable<string>;
}

/** The imports of a workspace, in its container. */
export const Imports: InjectionToken<Imports> = Symbol('Imports');

/** Wires the imports of one workspace. */
export function createImports(parts: ImportParts): Imports {
  const { work } = parts.database;
  const mappings = savedMappings(work);
  return {
    submit: (request, identity) => submit(parts, request, identity),
    check: (request, identity) => check(parts, request, identity),
    draft: (request, identity) => draft(parts, request, identity),
    plan: (id, identity, plan) => changed(parts, id, identity, (record) => savePlan(parts, record, plan)),
    startCheck: (id, identity) => changed(parts, id, identity, (record) => startCheck(parts, record, identity)),
    startRun: (id, identity) => changed(parts, id, identity, (record) => startRun(parts, record, identity)),
    mappings,
    kept: keptMappings(parts, mappings),
    sample: (record) => sampleOf(work, record),
    resume: (id, identity) => resume(parts, id, identity),
    cancel: (id, identity) => cancel(parts, id, identity),
    accept: (request, identity) =>
      work.transaction(async (trx) =>
        store(parts, trx, { ...request, identity }, await receive(parts, request, identity)),
      ),
    run: (id, options = {}) => run(parts, id, options),
    async endGivenUp() {
      const { clock } = parts;
      const ended = await endGivenUp({ knex: work, clock, takeGivenUp: (trx) => parts.takeGivenUp(trx) });
      const interrupted = await endInterrupted(work, clock);
      for (const record of [...ended, ...interrupted]) await report(parts.progress(), record);
    },
    async endInterrupted() {
      const ended = await endInterrupted(work, parts.clock);
      // One that was a job before has people who watch it.
      for (const record of ended) await report(parts.progress(), record);
      return ended;
    },
    get: (id, identity) => get(parts, id, identity),
    list: (identity) => listImports(work, seesAll(identity) ? null : (identity.userId ?? noUser), 100),
    problems: (record, limit, kind) => readProblems(work, record.id, kind === undefined ? { limit } : { limit, kind }),
    groups: (record) => readProblemGroups(work, record.id),
    unknownOptions: (record) => readUnknownOptions(work, record.id),
    refused: (record, texts) => refusedRows(work, record, texts),
  };
}

/** No user has it. */
const noUser = '00000000-0000-0000-0000-000000000000';

async function check(parts: ImportParts, request: ImportRequest, identity: Identity): Promise<ImportMapping> {
  const { mapping, table } = await receive(parts, request, identity);
  await readThrough(table);
  return mapping;
}

async function submit(parts: ImportParts, request: ImportRequest, identity: Identity): Promise<ImportRecord> {
  const readable = await receive(parts, request, identity);
  return parts.database.work.transaction(async (trx) => {
    const record = await store(parts, trx, { ...request, identity }, readable);
    await parts.progress().create(trx, { id: record.id, kind: importJob, ownerId: identity.userId });
    await parts.enqueue(trx, jobOf(record.id));
    return record;
  });
}

async function draft(parts: ImportParts, request: ImportRequest, identity: Identity): Promise<ImportRecord> {
  const planned = await planFile(request, identity, parts);
  return parts.database.work.transaction((trx) =>
    store(parts, trx, { file: request.file, isDryRun: true, identity }, planned),
  );
}

async function changed(
  parts: ImportParts,
  id: Id,
  identity: Identity,
  change: (record: ImportRecord) => Promise<void>,
): Promise<ImportRecord> {
  await change(await get(parts, id, identity));
  return found(await findImport(parts.database.work, id), id);
}

async function resume(parts: ImportParts, id: Id, identity: Identity): Promise<ImportRecord> {
  const record = await get(parts, id, identity);
  authorizeImport(record.mapping, identity);
  return parts.database.work.transaction(async (trx) => {
    await resumeImport(trx, record, {
      progress: parts.progress(),
      clock: parts.clock,
      enqueue: (connection, job) => parts.enqueue(connection, job),
    });
    return found(await findImport(trx, id), id);
  });
}

async function cancel(parts: ImportParts, id: Id, identity: Identity): Promise<ImportRecord> {
  const record = await get(parts, id, identity);
  const { work } = parts.database;
  const end = { state: 'cancelled', failure: null } as const;
  const isStopped = await work.transaction((trx) => finishImport(trx, record, parts.clock.now(), end));
  if (!isStopped) throw new ConflictError('import_over', { importId: id }, { message: 'This import is over.' });
  const stopped = found(await findImport(work, id), id);
  await report(parts.progress(), stopped);
  return stopped;
}

async function store(
  parts: ImportParts,
  trx: Knex.Transaction,
  { file, isDryRun, identity }: Pick<ImportRequest, 'file' | 'isDryRun'> & { readonly identity: Identity },
  { entity, mapping, table, ...planned }: ReadableImport | PlannedImport,
): Promise<ImportRecord> {
  const id = uuidV7();
  const plan = 'plan' in planned ? planned.plan : null;
  await insertImport(trx, {
    id,
    entity,
    fileName: file.name.slice(0, 255),
    sizeBytes: file.sizeBytes,
    format: table.format,
    encoding: table.encoding,
    sheet: table.sheet,
    delimiter: table.delimiter,
    header: table.header,
    mapping,
    plan,
    isDryRun,
    state: plan === null ? 'queued' : 'draft',
    actor: storedActorOf(identity),
    changeSetId: uuidV7(),
    createdAt: parts.clock.now(),
  });
  await keepTable(trx, id, table);
  return found(await findImport(trx, id), id);
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

async function report(progress: ProgressStore, record: ImportRecord): Promise<void> {
  const { id, state, rowsDone, rowCount, failure } = record;
  if (isImportOver(record)) await progress.finish(id, state === 'failed' ? 'failed' : 'done', failure?.message);
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
