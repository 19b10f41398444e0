import { ConflictError, Reassignments, type Id, type Reassignment, type TransactionContext } from '@trellis-crm/sdk';
import type { UnitOfWork } from '../database/unit-of-work.js';
import { moduleIdentity } from '../kernel/index.js';
import type { Workspace } from '../workspace/workspace.js';
import type { AccessCall } from './access-call.js';
import { countOwned, reassignOwned, type ReassignedCounts } from './reassign-owned.js';

/** A handover under way. */
export interface HandOverCall extends AccessCall {
  readonly tx: TransactionContext;
  readonly unit: UnitOfWork;
}

/**
 * Gives everything of a user who leaves to somebody else: owned records, then what modules keep beyond ownership.
 * @throws ConflictError `reassignment_required` with counts, `reassignment_impossible` when the heir cannot own anything
 */
export async function handOver(
  workspace: Workspace,
  call: HandOverCall,
  from: Id,
  to: Id | null,
): Promise<ReassignedCounts> {
  const { generation, unit } = call;
  if (to === null) {
    const owned = await countOwned({ generation, unit }, from);
    if (Object.keys(owned).length > 0) throw new ConflictError('reassignment_required', { owned });
    return {};
  }
  const heir = await findHeir(unit, from, to);
  const scope = { ...call, requestId: call.requestId ?? null, clock: workspace.clock };
  const counts = await reassignOwned(scope, { from, to: heir });
  await tellModules(workspace, call, { from, to });
  return counts;
}

interface HeirRow {
  readonly id: Id;
  readonly team_id: Id | null;
}

/** Locked, so that the heir cannot leave in the same moment. */
async function findHeir(
  { trx }: UnitOfWork,
  from: Id,
  to: Id,
): Promise<{ readonly id: Id; readonly teamId: Id | null }> {
  const row = await trx<HeirRow & { status: string; deleted_at: Date | null }>('core.users')
    .where({ id: to })
    .whereNull('deleted_at')
    .whereNot({ status: 'inactive' })
    .forShare()
    .first('id', 'team_id');
  if (row === undefined || from === to) throw new ConflictError('reassignment_impossible', { reassignTo: to });
  return { id: row.id, teamId: row.team_id };
}

/** Each as itself, on behalf of whoever ordered it. */
async function tellModules(
  workspace: Workspace,
  { generation, identity, unit, signal }: HandOverCall,
  change: { readonly from: Id; readonly to: Id },
): Promise<void> {
  for (const { module, value } of generation.contributions.get(Reassignments.id) ?? []) {
    const owner = generation.modules.find((candidate) => candidate.module === module);
    if (owner === undefined) continue;
    const acting = moduleIdentity(owner, identity, identity.userId);
    const scope = { generation, module, identity: acting, unit, signal };
    await workspace.transaction(scope, (tx) => (value as Reassignment).run(tx, change));
  }
}
