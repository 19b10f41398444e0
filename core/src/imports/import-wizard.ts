import { ConflictError, type Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { Identity } from '../auth/identity.js';
import { firstRows } from './files/first-rows.js';
import { openTable } from './files/open-table.js';
import { jobOf, importJob } from './import-job.js';
import type { ImportParts } from './import-parts.js';
import type { ImportRecord } from './import-record.js';
import { changePlan, readFileText, requeueCheck, requeueForReal } from './import-store.js';
import { authorizeImport, targetFor } from './import-target.js';
import { compileMapping } from './mapping/compile-mapping.js';
import { guessPlan, type PlanHints, type SampleRows } from './plan/guess-plan.js';
import type { ImportPlan } from './plan/import-plan.js';
import { refusePlanFaults } from './plan/plan-faults.js';
import { mappingOf } from './plan/plan-mapping.js';
import {
  fileTooLarge,
  mostFileBytes,
  tableOptionsOf,
  type ImportRequest,
  type PlannedImport,
} from './receive-import.js';

/** Opens a file whose columns shall be looked at before anything is checked; its plan is guessed as far as names go. */
export async function planFile(
  request: ImportRequest & PlanHints,
  identity: Identity,
  parts: Pick<ImportParts, 'generation'>,
): Promise<PlannedImport> {
  const { file } = request;
  if (file.sizeBytes > mostFileBytes) throw fileTooLarge();
  const target = targetFor(request.entity, identity, parts);
  const table = await openTable(file, tableOptionsOf(request));
  const rows = await firstRows(table.beginning, { delimiter: table.delimiter, columns: table.header.length });
  const plan = guessPlan(target, table.header, rows, request);
  const mapping = mappingOf(plan, target, parts.generation());
  return { entity: plan.entity, mapping, plan, table };
}

/** The first rows of an import's file, as cells. */
export async function sampleOf(knex: Knex, { id, delimiter, header }: ImportRecord): Promise<SampleRows> {
  for await (const piece of readFileText(knex, id)) return firstRows(piece, { delimiter, columns: header.length });
  return [];
}

/** Changes the plan of an import that has written nothing yet; what was checked before no longer holds. @throws ConflictError `import_started` */
export async function savePlan(parts: ImportParts, record: ImportRecord, plan: ImportPlan): Promise<void> {
  const target = targetFor(plan.entity, await parts.identityOf(record.actor), parts);
  const mapping = mappingOf(plan, target, parts.generation());
  if (!(await changePlan(parts.database.work, record.id, plan, mapping))) throw alreadyStarted(record.id);
}

/** Has a job check all rows. @throws ConflictError `import_started`, ValidationError `invalid_plan` */
export async function startCheck(parts: ImportParts, record: ImportRecord, identity: Identity): Promise<void> {
  const { plan, mapping, header } = record;
  // Who oversees imports may start another's; it still reaches no further than its owner may.
  const importer = await parts.identityOf(record.actor);
  if (plan !== null) refusePlanFaults(plan, targetFor(plan.entity, importer, parts));
  authorizeImport(mapping, identity);
  authorizeImport(mapping, importer);
  const { baseCurrency } = parts.info();
  compileMapping(mapping, { generation: parts.generation(), header, baseCurrency, importer });
  await start(parts, record, identity, (trx) => requeueCheck(trx, record.id));
}

/** Has a job import for real what was checked. @throws ConflictError `import_started` */
export async function startRun(parts: ImportParts, record: ImportRecord, identity: Identity): Promise<void> {
  authorizeImport(record.mapping, identity);
  await start(parts, record, identity, (trx) => requeueForReal(trx, record.id));
}

async function start(
  parts: ImportParts,
  { id }: ImportRecord,
  { userId }: Identity,
  requeue: (trx: Knex.Transaction) => Promise<boolean>,
): Promise<void> {
  await parts.database.work.transaction(async (trx) => {
    if (!(await requeue(trx))) throw alreadyStarted(id);
    await parts.progress().create(trx, { id, kind: importJob, ownerId: userId });
    await parts.enqueue(trx, jobOf(id));
  });
}

function alreadyStarted(importId: Id): ConflictError {
  const message = 'This import is under way or over; its plan stands.';
  return new ConflictError('import_started', { importId }, { message });
}
