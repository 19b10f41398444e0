import { remove, restore } from './archive.js';
import { disable } from './disable.js';
import { enable } from './enable.js';
import type { Orphans } from './foreign-keys.js';
import { install, upgrade, type UpgradeOutcome } from './install.js';
import type { Operation, Step, Verb } from './journal.js';
import type { LifecycleContext } from './lifecycle-context.js';
import { purge } from './purge.js';

/** What an operation was asked for, as the journal keeps it. */
export interface VerbInput {
  readonly path?: string;
  readonly withRequired?: boolean;
  readonly withDependents?: boolean;
}

type VerbCall = readonly [context: LifecycleContext, id: string, input: VerbInput, step: Step];

/** What each verb leads to. */
export interface VerbOutcomes {
  /** Id of the plugin. */
  readonly install: string;
  readonly enable: undefined;
  /** Generation without it. */
  readonly disable: number;
  readonly upgrade: UpgradeOutcome;
  readonly remove: undefined;
  readonly restore: readonly Orphans[];
  /** Path of the export. */
  readonly purge: string;
}

/** Every verb in one form, so that what a crash interrupted can be done again from the journal: their steps bear repeating. */
export const verbs: { readonly [V in Verb]: (...call: VerbCall) => Promise<VerbOutcomes[V]> } = {
  install: (context, _id, { path = '' }, step) => install(context, path, step),
  enable: (context, id, input, step) => enable(context, id, input, step).then(nothing),
  disable,
  upgrade: (context, id, { path }, step) => upgrade(context, id, path, step),
  remove: (context, id, _input, step) => remove(context, id, step).then(nothing),
  restore: (context, id, _input, step) => restore(context, id, step),
  purge: (context, id, _input, step) => purge(context, id, step),
};

const nothing = (): undefined => undefined;

/** Does an operation of the journal again. */
export async function repeatOperation(
  context: LifecycleContext,
  { operation, plugin, input }: Operation,
  step: Step,
): Promise<void> {
  await verbs[operation](context, plugin, input, step);
}
