import { mostBreaches } from '../../exceptions/evaluation/breaches.js';
import type { FormProblems } from '../form/form-problems.js';
import { textOf, type FormData } from '../fields/form-reader.js';
import type { PageCall } from '../page-call.js';

/** A rule as the API tells of it. */
export interface PresentedRule {
  readonly id: string;
  readonly module: string | null;
  readonly label: string | null;
  readonly hint: string | null;
  readonly name: string | null;
  readonly entity: string;
  readonly isOn: boolean;
  readonly tells: readonly string[];
  readonly thresholds: readonly {
    readonly name: string;
    readonly label: string;
    readonly value: number;
  }[];
  readonly filter: unknown;
  readonly version: number;
  readonly evaluation: { readonly open: number; readonly failure: string | null } | null;
}

/** Who can be told. */
export const audiences = ['owner', 'managers'] as const;

/** What was typed, when it was refused. */
export interface CardAttempt {
  readonly form: FormData | null;
  readonly problems: FormProblems;
}

/** What a rule is called. */
export function presentedName({ t }: Pick<PageCall, 't'>, { name, module, label, id }: PresentedRule): string {
  return name ?? (module === null || label === null ? id : t(`${module}:${label}`));
}

/** Context of one card of `core:exceptions/rules`. */
export function ruleCard(call: PageCall, rule: PresentedRule, attempt: CardAttempt): object {
  const { t } = call;
  const { id, module, isOn, version, tells } = rule;
  const name = presentedName(call, rule);
  return {
    ...{ id, name, version, isOn, ...subjectOf(call, rule), ...foundBy(call, rule) },
    switchLabel: t('exceptions.rules.use', { name }),
    action: `/exceptions/rules/${id}`,
    general: attempt.problems.general,
    figures: figuresOf(call, rule, attempt),
    tells: audiences.map((audience) => ({ value: audience, label: t(`exceptions.rules.tells.${audience}`) })),
    told: attempt.form === null ? tells : [attempt.form['tells'] ?? []].flat(),
    resetAction: module !== null && version > 1 ? `/exceptions/rules/${id}/removal` : undefined,
    removeAction: module === null && !isOn ? `/exceptions/rules/${id}/removal` : undefined,
  };
}

/** What the latest evaluation found, and what keeps the rule from raising all it should. */
function foundBy({ t }: PageCall, { isOn, evaluation }: PresentedRule): object {
  if (!isOn || evaluation === null) return {};
  const { open: count, failure } = evaluation;
  const open = t('exceptions.rules.open', { count });
  if (failure !== null) return { open, problem: t('exceptions.rules.failed', { code: failure }) };
  return count < mostBreaches ? { open } : { open, problem: t('exceptions.rules.capped', { count }) };
}

/** What it is about, and for a rule of the workspace's own where its records are. */
function subjectOf(call: PageCall, rule: PresentedRule): object {
  const { entity, filter } = rule;
  const compiled = call.request.generation.entities.get(entity);
  if (compiled === undefined) return { entity };
  return {
    entity: call.labels.many(compiled.definition),
    ...(filter !== null && { recordsHref: listHref(compiled.path, filter) }),
    ...broughtBy(call, rule),
  };
}

function broughtBy({ t }: PageCall, { module, hint }: PresentedRule): object {
  if (module === null) return {};
  const source = module === 'core' ? {} : { source: t(`${module}:plugin.name`) };
  return { ...source, hint: t(`${module}:${hint ?? ''}`) };
}

function figuresOf({ t }: PageCall, { module, thresholds }: PresentedRule, { form, problems }: CardAttempt): object[] {
  return thresholds.map(({ name, label, value }) => ({
    kind: 'number',
    isInteger: true,
    name,
    label: t(`${module ?? 'core'}:${label}`),
    value: form === null ? String(value) : textOf(form, name),
    error: problems.byControl.get(`thresholds.${name}`),
  }));
}

function listHref(path: string, filter: unknown): string {
  return `/${path}?${new URLSearchParams({ where: JSON.stringify(filter) }).toString()}`;
}
