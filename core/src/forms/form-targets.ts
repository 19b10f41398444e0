import { FormTargets, type FormTarget } from '@trellis-crm/sdk';
import type { Generation } from '../kernel/generation.js';

/** A target and the module that brought it. */
export type OwnedTarget = FormTarget & { readonly module: string };

/** What forms can become while these modules are active, core's first. */
export function listTargets({ contributions }: Generation): readonly OwnedTarget[] {
  return (contributions.get(FormTargets.id) ?? []).map(({ module, value }) => ({ ...(value as FormTarget), module }));
}

/** The target of that id; undefined when no active module has it. */
export function findTarget(generation: Generation, id: string): OwnedTarget | undefined {
  return listTargets(generation).find((target) => target.id === id);
}
