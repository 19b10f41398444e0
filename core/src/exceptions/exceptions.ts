import { Guidelines, isTrellisError, type Context, type Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { InjectionToken } from 'tsyringe';
import { operatorIdentity } from '../auth/index.js';
import { moduleIdentity, type CallRunner } from '../kernel/index.js';
import type { Generation } from '../kernel/generation.js';
import { recordScope, type QueryScope } from '../records/record-scope.js';
import type { RecordRoom } from '../records/index.js';
import type { Workspace } from '../workspace/workspace.js';
import { noteEvaluation, readEvaluations, type Evaluation } from './evaluation/evaluation-store.js';
import { evaluateRule, type EvaluationParts } from './evaluation/evaluate-rule.js';
import { tellExceptions } from './telling/tell-exceptions.js';
import { clearRule, type Settlement } from './evaluation/settle-rule.js';
import { effectiveRules } from './rules/effective-rules.js';
import type { Rule } from './rules/rule.js';
import { readRules } from './rules/rule-store.js';

/** The exceptions of a workspace: its rules, evaluated. */
export interface Exceptions {
  /** Rules in force, tuned or not, switched off ones included. */
  rules(generation: Generation): Promise<readonly Rule[]>;
  /** What the latest evaluation of each rule found, by its id. */
  evaluations(): Promise<ReadonlyMap<string, Evaluation>>;
  /**
   * Evaluates every rule that is on and clears those that are off. A rule that fails is told of in the log and leaves its exceptions
   * as they are; the others go on.
   */
  evaluate(): Promise<Settlement>;
  /** Tells everybody who is to hear of what is new. @param ctx of core's */
  tell(ctx: Context): Promise<void>;
  /** Forgets exceptions cleared longer ago than they are kept. */
  purge(): Promise<void>;
}

/** The workspace's exceptions. */
export const Exceptions: InjectionToken<Exceptions> = Symbol('Exceptions');

/** What exceptions need that is not in the workspace. */
export interface ExceptionSurroundings {
  readonly room: Pick<RecordRoom, 'callOf' | 'world'>;
  readonly calls: CallRunner;
}

const dayMs = 24 * 3_600_000;
const keptMs = 400 * dayMs;
/** What a module may take to choose among 1,000 records. */
const amongTimeoutMs = 30_000;

/** Wires the exceptions of a workspace. */
export function createExceptions(workspace: Workspace, surroundings: ExceptionSurroundings): Exceptions {
  const knex = workspace.database.work;
  return {
    rules: async (generation) => effectiveRules(generation, await readRules(workspace.database.knex)),
    evaluations: () => readEvaluations(workspace.database.knex),
    evaluate: () => evaluateAll(workspace, surroundings, knex),
    tell: async (ctx) => {
      const rules = effectiveRules(workspace.generation(), await readRules(knex));
      await tellExceptions({ workspace, room: surroundings.room, rules }, ctx);
    },
    async purge() {
      const before = new Date(workspace.clock.now().getTime() - keptMs);
      await knex('core.exceptions').where('cleared_at', '<', before).delete();
    },
  };
}

async function evaluateAll(workspace: Workspace, surroundings: ExceptionSurroundings, knex: Knex): Promise<Settlement> {
  const generation = workspace.generation();
  const now = workspace.clock.now();
  const parts: EvaluationParts = {
    ...{ knex, now, generation },
    scope: everything(workspace, surroundings, generation),
    among: (rule, ids, figures) => askModule({ workspace, surroundings, generation }, rule, ids, figures),
  };
  const total = { open: 0, raised: 0, cleared: 0 };
  for (const rule of effectiveRules(generation, await readRules(knex))) {
    const { open, raised, cleared } = rule.isOn
      ? await attempt(workspace, parts, rule)
      : await switchedOff(knex, rule, now);
    total.open += open;
    total.raised += raised;
    total.cleared += cleared;
  }
  return total;
}

const nothing: Settlement = { open: 0, raised: 0, cleared: 0 };

async function attempt({ log }: Workspace, parts: EvaluationParts, rule: Rule): Promise<Settlement> {
  const { knex, now: at } = parts;
  try {
    const settled = await evaluateRule(parts, rule);
    await noteEvaluation(knex, rule.id, { at, open: settled.open, failure: null });
    return settled;
  } catch (error) {
    log.error({ err: error, rule: rule.id }, 'a rule could not be evaluated');
    const failure = isTrellisError(error) ? error.code : 'internal_error';
    await noteEvaluation(knex, rule.id, { at, open: 0, failure });
    return nothing;
  }
}

async function switchedOff(knex: Knex, { id }: Rule, now: Date): Promise<Settlement> {
  await clearRule(knex, id, now);
  await noteEvaluation(knex, id, { at: now, open: 0, failure: null });
  return nothing;
}

/** Rules look at every record; days in words are the workspace's. */
function everything(workspace: Workspace, { room }: ExceptionSurroundings, generation: Generation): QueryScope {
  const identity = operatorIdentity(workspace.info());
  return {
    ...recordScope(room.world, room.callOf({ generation, identity, requestId: 'exceptions' }), 'core'),
    db: workspace.database.work,
  };
}

interface Asking {
  readonly workspace: Workspace;
  readonly surroundings: ExceptionSurroundings;
  readonly generation: Generation;
}

async function askModule(
  { workspace, surroundings, generation }: Asking,
  { guideline, thresholds }: Rule,
  ids: readonly Id[],
  { now }: { readonly now: Date },
): Promise<readonly Id[]> {
  const owner = generation.modules.find(({ module }) => module === guideline?.module);
  if (guideline === null || owner === undefined) return ids;
  const { module, value } = guideline;
  const identity = moduleIdentity(owner, workspace.info());
  const call = { module, what: `${Guidelines.id} ${value.id}`, timeoutMs: amongTimeoutMs };
  return surroundings.calls.run(call, async (signal) => {
    const ctx = workspace.context({ generation, module, identity, signal });
    return (await value.among?.(ctx, ids, { now, thresholds })) ?? ids;
  });
}
