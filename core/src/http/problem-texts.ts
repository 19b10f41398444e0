import type { Problem, TrellisError } from '@trellis-crm/sdk';
import type { Generation } from '../kernel/generation.js';
import type { ViewEnv } from '../views/view-env.js';

/** Whose texts are looked through, and in which language. */
export interface TextSource {
  readonly generation: Pick<Generation, 'views' | 'modules'>;
  readonly env: Pick<ViewEnv, 'locale'>;
}

/** What is told: a problem, an error, or what was kept of either. */
export type Told = Pick<Problem, 'code' | 'details'>;

/**
 * What a refusal says to a person: core's `problem.<code>`, else that of the module that has one; null when no catalogue knows the code.
 * Its details may choose a fuller text: `limit` takes `problem.limit.<code>`, `min` and `max` `problem.range.<code>`, `format`
 * `problem.format.<format>`.
 */
export function textOfProblem({ generation: { views, modules }, env }: TextSource, told: Told): string | null {
  for (const key of keysOf(told)) {
    const owner = modules.find(({ module }) => views.hasText(env, module, key));
    if (owner !== undefined) return views.translate(env, owner.module, key, told.details ?? {});
  }
  return null;
}

/** The same of a whole error: what is wrong with the input, at most three things of it, else the error itself. */
export function textOfError(source: TextSource, { code, details, errors }: TrellisError): string | null {
  const texts = errors.map((problem) => textOfProblem(source, problem) ?? problem.message);
  return texts.length > 0 ? [...new Set(texts)].slice(0, 3).join(' · ') : textOfProblem(source, { code, details });
}

function keysOf({ code, details = {} }: Told): readonly string[] {
  const { limit, min, max, format } = details;
  return [
    ...(typeof limit === 'number' ? [`problem.limit.${code}`] : []),
    ...(typeof min === 'number' && typeof max === 'number' ? [`problem.range.${code}`] : []),
    ...(typeof format === 'string' ? [`problem.format.${format}`] : []),
    `problem.${code}`,
  ];
}
