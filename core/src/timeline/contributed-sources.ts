import {
  Timeline,
  type TimelineEntry,
  type TimelineKind,
  type TimelineRequest,
  type TimelineSource,
} from '@trellis-crm/sdk';
import type { CallRunner } from '../kernel/call-runner.js';
import type { Workspace } from '../workspace/workspace.js';
import type { FoundEntry, KindOption, Source, TimelineCall } from './timeline-entry.js';

/** What calls into modules need. */
export interface ModuleParts {
  readonly workspace: Workspace;
  readonly calls: CallRunner;
}

const timeoutMs = 2000;

/** What plugins feed the timelines of an entity's records with, as far as this reader's rights go. */
export function contributedSources(
  parts: ModuleParts,
  { request, entity }: Pick<TimelineCall, 'request' | 'entity'>,
): readonly Source[] {
  const contributed = request.generation.contributions.get(Timeline.id) ?? [];
  return contributed.flatMap(({ module, value }) => {
    const source = value as TimelineSource;
    const isHere = source.entities.some(({ id }) => id === entity.definition.id);
    return isHere && request.identity.reach(source.permission) !== null ? toSource(parts, module, source) : [];
  });
}

function toSource(parts: ModuleParts, module: string, source: TimelineSource): Source[] {
  const options = new Map(source.kinds.map((kind) => [kind.kind, optionOf(module, kind)]));
  const byName = new Map([...options].map(([kind, { name }]) => [name, kind]));
  const read: Source['read'] = async (call, { after, limit, kinds }) => {
    const wanted = kinds.flatMap((name) => byName.get(name) ?? []);
    const entries = await callSource(parts, { module, source }, call, { after, limit, kinds: wanted });
    return entries.slice(0, limit).map((entry) => checked(source, entry, options));
  };
  return [{ name: `${module}:${source.id}`, options: [...options.values()], read }];
}

function optionOf(module: string, { kind, label, icon, template }: TimelineKind): KindOption {
  return { name: `${module}.${kind}`, module, label, icon, template };
}

interface OwnedSource {
  readonly module: string;
  readonly source: TimelineSource;
}

/** Within its own time, in a context that ends with the call. */
function callSource(
  { workspace, calls }: ModuleParts,
  { module, source }: OwnedSource,
  { request, entity, id }: TimelineCall,
  asked: TimelineRequest,
): Promise<readonly TimelineEntry[]> {
  const { generation, identity, requestId } = request;
  const subject = { entity: entity.definition.id, id };
  return calls.run({ module, what: `timeline ${source.id}`, timeoutMs, signal: request.signal }, (signal) =>
    source.read(workspace.context({ generation, module, identity, requestId, signal }), subject, asked),
  );
}

/** @throws Error for an entry of no declared kind or without a moment: that is the module's fault */
function checked(source: TimelineSource, entry: TimelineEntry, options: ReadonlyMap<string, KindOption>): FoundEntry {
  const option = options.get(entry.kind);
  if (option === undefined || Number.isNaN(Date.parse(entry.at)) || entry.key.length > 200)
    throw new Error(`the timeline source ${source.id} gave an entry that is none`);
  return { ...entry, at: new Date(entry.at).toISOString(), kind: option.name, option };
}

/** Whether a module other than core answers for a source: its faults are its own. */
export function isContributed({ name }: Source): boolean {
  return name.includes(':');
}
