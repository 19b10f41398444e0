import { Type } from '@trellis-crm/sdk';
import type { Endpoint } from '../../http/endpoint.js';
import { callApi, readApi } from '../api-client.js';
import { textOf, type FormData } from '../fields/form-reader.js';
import { noProblems, type FormProblems } from '../form/form-problems.js';
import { formOf, problemsIn } from '../form/plain-form.js';
import type { PageCall, PageDeps } from '../page-call.js';
import { goTo, pageEndpoint, showPage, type PageAnswer } from '../page-endpoint.js';
import { audiences, presentedName, ruleCard, type PresentedRule } from './rule-card.js';

/** Rules by exception for their administrators: on, off, tuned, taken away. */
export function rulePages(deps: PageDeps): readonly Endpoint[] {
  const access = 'core.exception:administer';
  const byId = { access, params: { id: Type.String({ pattern: '^[a-z0-9][a-z0-9.-]{0,99}$' }) } } as const;
  return [
    pageEndpoint(deps, 'GET /exceptions/rules', { access, handle: (call) => showRules(call) }),
    pageEndpoint(deps, 'POST /exceptions/rules/:id', { ...byId, handle: saveRule }),
    pageEndpoint(deps, 'POST /exceptions/rules/:id/activation', { ...byId, handle: switchRule }),
    pageEndpoint(deps, 'POST /exceptions/rules/:id/removal', { ...byId, handle: removeRule }),
  ];
}

/** A form that was refused. */
interface Attempt {
  readonly id: string;
  readonly form: FormData;
  readonly problems: FormProblems;
}

async function showRules(call: PageCall, attempt: Attempt | null = null): Promise<PageAnswer> {
  const { t, render } = call;
  const { data } = await readApi<{ readonly data: readonly PresentedRule[] }>(call, '/exception-rules');
  const title = t('exceptions.rules.title');
  const cards = data.map((rule) => {
    const own = attempt?.id === rule.id ? attempt : null;
    return ruleCard(call, rule, { form: own?.form ?? null, problems: own?.problems ?? noProblems });
  });
  const html = render('core:exceptions/rules', { title, cards });
  const breadcrumbs = [{ label: t('exceptions.title'), href: '/exceptions' }, { label: title }];
  return showPage({ title, breadcrumbs, blocks: [{ name: 'rules', html }] }, attempt === null ? 200 : 422);
}

async function saveRule(call: PageCall): Promise<PageAnswer> {
  const rule = await ruleOf(call);
  const form = formOf(call);
  const thresholds = Object.fromEntries(
    rule.thresholds.map(({ name }) => [name, Number(textOf(form, name) || Number.NaN)]),
  );
  const tells = audiences.filter((audience) => [form['tells'] ?? []].flat().includes(audience));
  const controls = Object.keys(thresholds).map((name) => `thresholds.${name}`);
  const problems = await problemsIn(call, controls, () =>
    patch(call, rule.id, { thresholds, tells }, call.request.ifVersion ?? '*'),
  );
  if (problems !== null) return showRules(call, { id: rule.id, form, problems });
  return goTo('/exceptions/rules', { text: call.t('exceptions.rules.saved', { name: presentedName(call, rule) }) });
}

async function switchRule(call: PageCall): Promise<PageAnswer> {
  const rule = await ruleOf(call);
  const wanted = textOf(formOf(call), 'enabled') || (call.request.url.searchParams.get('enabled') ?? '');
  const isOn = wanted === 'true';
  await patch(call, rule.id, { isOn }, '*');
  const text = call.t(isOn ? 'exceptions.rules.on' : 'exceptions.rules.off', { name: presentedName(call, rule) });
  const undoAction = `/exceptions/rules/${rule.id}/activation?enabled=${String(!isOn)}`;
  return goTo('/exceptions/rules', { text, undoAction });
}

async function removeRule(call: PageCall): Promise<PageAnswer> {
  const rule = await ruleOf(call);
  await callApi(call, 'DELETE', `/exception-rules/${rule.id}`);
  const key = rule.module === null ? 'exceptions.rules.removed' : 'exceptions.rules.wasReset';
  return goTo('/exceptions/rules', { text: call.t(key, { name: presentedName(call, rule) }) });
}

function patch(call: PageCall, id: string, body: object, ifVersion: number | '*'): Promise<unknown> {
  return callApi(call, 'PATCH', `/exception-rules/${id}`, { body, ifVersion });
}

/** @throws NotFoundError `rule_not_found` */
function ruleOf(call: PageCall): Promise<PresentedRule> {
  return readApi<PresentedRule>(call, `/exception-rules/${call.request.params['id'] ?? ''}`);
}
