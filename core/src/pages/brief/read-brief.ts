import { BriefLines, type BriefFact, type BriefLine, type Id } from '@trellis-crm/sdk';
import type { Generation } from '../../kernel/generation.js';
import { callModule, mapAtMost } from '../module-call.js';
import type { PageCall } from '../page-call.js';

/** One line of a brief, in the reader's language. */
export interface ReadLine {
  /** `<module>.<id>` */
  readonly id: string;
  readonly label: string;
  /** Null when the module did not answer in time, or failed. */
  readonly fact: BriefFact | null;
}

/** What reading a brief needs of a request. */
export type BriefCall = Pick<PageCall, 'workspace' | 'calls' | 'request'>;

/**
 * What all modules know about each of these records in a line each, for whoever may read it: one call of each line for all records,
 * at most three at a time, each with a time-out of its own. A line that fails is there without a fact.
 */
export async function readBriefs(
  call: BriefCall,
  entity: string,
  ids: readonly Id[],
): Promise<ReadonlyMap<Id, readonly ReadLine[]>> {
  const found = await mapAtMost(3, linesFor(call, entity), async (owned) => ({
    id: `${owned.module}.${owned.line.id}`,
    label: labelOf(call, owned),
    facts: await loadFacts(call, owned, ids),
  }));
  return new Map(ids.map((id) => [id, found.flatMap((line) => lineOf(line, id))]));
}

interface LoadedLine extends Omit<ReadLine, 'fact'> {
  /** Null when the module did not answer. */
  readonly facts: ReadonlyMap<Id, BriefFact> | null;
}

function lineOf({ id, label, facts }: LoadedLine, recordId: Id): ReadLine[] {
  if (facts === null) return [{ id, label, fact: null }];
  const fact = facts.get(recordId);
  return fact === undefined ? [] : [{ id, label, fact }];
}

interface OwnedLine {
  readonly module: string;
  readonly line: BriefLine;
}

function linesFor({ request: { generation, identity } }: BriefCall, entity: string): readonly OwnedLine[] {
  return contributedLines(generation)
    .filter(({ line }) => line.entity.id === entity && identity.reach(line.permission) !== null)
    .toSorted((left, right) => (left.line.order ?? 100) - (right.line.order ?? 100));
}

function contributedLines(generation: Generation): readonly OwnedLine[] {
  const contributions = generation.contributions.get(BriefLines.id) ?? [];
  return contributions.map(({ module, value }) => ({ module, line: value as BriefLine }));
}

const defaultTimeoutMs = 500;

async function loadFacts(
  call: BriefCall,
  { module, line }: OwnedLine,
  ids: readonly Id[],
): Promise<ReadonlyMap<Id, BriefFact> | null> {
  const { timeoutMs = defaultTimeoutMs } = line;
  const what = `brief line ${line.id}`;
  const outcome = await callModule(call, { module, what, timeoutMs }, (ctx) => line.load(ctx, ids));
  return outcome.isDone ? outcome.value : null;
}

function labelOf({ request: { generation, identity } }: BriefCall, { module, line }: OwnedLine): string {
  return generation.views.translate(identity, module, line.label);
}
