import { Account, BriefLines, Contact, type PluginHost } from '@trellis-crm/sdk';
import type { Workspace } from '../../workspace/workspace.js';
import { lastActivityLine } from './last-activity-line.js';
import { ownerLine } from './owner-line.js';

/** What core itself knows about a customer: who looks after them, and what happened last. */
export function registerBriefLines(host: PluginHost, workspace: () => Workspace): void {
  for (const entity of [Account, Contact]) {
    host.contribute(BriefLines, ownerLine(entity));
    host.contribute(BriefLines, lastActivityLine(entity, workspace));
  }
}
