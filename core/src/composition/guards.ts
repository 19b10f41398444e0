import type { RecordParts } from '../records/index.js';
import { moduleIdentity, type CallRunner, type ModuleContexts } from '../kernel/index.js';

/** Milliseconds a guard may take, and more for each record it looks at: it holds the writer's row locks. */
const guardTimeoutMs = 4000;
const timeoutPerRecordMs = 20;

/** Runs a plugin's guard as the plugin, on behalf of the writer; core's own, which are about the writer, as the writer. In the writer's transaction. */
export function guardRunner(calls: CallRunner, contexts: () => ModuleContexts): RecordParts['runGuard'] {
  return async (guard, changes, { generation, identity }, unit) => {
    const owner = generation.modules.find(({ module }) => module === guard.module);
    if (owner === undefined) return;
    const acting = guard.module === 'core' ? identity : moduleIdentity(owner, identity, identity.userId);
    const timeoutMs = guardTimeoutMs + changes.length * timeoutPerRecordMs;
    const call = { module: guard.module, what: `guard ${guard.entity}:${guard.verb}`, timeoutMs };
    await calls.run(call, (signal) =>
      contexts().transaction({ generation, module: guard.module, identity: acting, unit, signal }, (tx) =>
        guard.check(tx, changes),
      ),
    );
  };
}
