import type { CallRunner } from '../kernel/call-runner.js';
import type { RecordRoom } from '../records/index.js';
import type { Workspace } from '../workspace/workspace.js';
import { Timelines } from './timelines.js';

/** Puts {@link Timelines} into the workspace's container. */
export function registerTimelines(
  workspace: Workspace,
  parts: { readonly room: Pick<RecordRoom, 'world' | 'callOf'>; readonly calls: CallRunner },
): void {
  workspace.container.register(Timelines, { useValue: new Timelines({ workspace, ...parts }) });
}
