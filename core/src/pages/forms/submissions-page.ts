import { answerText } from '../../forms/read-answers.js';
import type { Answers, Submission } from '../../forms/form.js';
import { callApi, readApi } from '../api-client.js';
import { problemsIn } from '../form/plain-form.js';
import { problemText } from '../form/problem-text.js';
import type { PageCall } from '../page-call.js';
import { goTo, showPage, type PageAnswer } from '../page-endpoint.js';
import { settingsTabs } from '../settings/settings-tabs.js';
import type { ShownForm } from './form-draft.js';
import { formsHref, formTabs } from './form-tabs.js';

const states = ['received', 'written', 'failed', 'unconfirmed', 'spam'] as const;
const tones = { received: 'accent', written: 'ok', failed: 'bad', unconfirmed: 'warn', spam: undefined } as const;

type ShownSubmission = Omit<Submission, 'createdAt' | 'number' | 'formId'> & { readonly createdAt: string };

/** `GET /settings/forms/:id/submissions` */
export async function showSubmissions(call: PageCall): Promise<PageAnswer> {
  const { t, env, render, request } = call;
  const form = await readApi<ShownForm>(call, `/forms/${request.params['id'] ?? ''}`);
  const { searchParams } = request.url;
  const state = states.find((known) => known === searchParams.get('state'));
  const after = searchParams.get('after');
  const query = { ...(state && { state }), ...(after !== null && { after }) };
  const { data, page } = await readApi<{ data: readonly ShownSubmission[]; page: { next: string | null } }>(
    call,
    `/forms/${form.id}/submissions`,
    query,
  );
  const href = `${formsHref}/${form.id}/submissions`;
  const { formatters } = request.generation.views;
  const html = render('core:forms/submissions', {
    tabs: stateTabs(call, href, state),
    items: data.map((submission) => ({
      title: summaryOf(form, submission),
      href: `${href}/${submission.id}`,
      note: [formatters.timeAgo(env, submission.createdAt), ...Object.values(submission.source.utm)].join(' · '),
      tag: { label: t(`forms.submission.${submission.state}`), tone: tones[submission.state] },
    })),
    fileHref:
      data.length === 0
        ? undefined
        : `/api/v1/forms/${form.id}/submissions.csv${state === undefined ? '' : `?state=${state}`}`,
    nextHref:
      page.next === null ? undefined : `${href}?after=${page.next}${state === undefined ? '' : `&state=${state}`}`,
  });
  const breadcrumbs = [{ label: t('forms.title'), href: formsHref }, { label: form.name }];
  const blocks = [
    settingsTabs(call, formsHref),
    await formTabs(call, form, 'submissions'),
    { name: 'submissions', html },
  ];
  return showPage({ title: form.name, breadcrumbs, blocks });
}

function stateTabs({ t }: PageCall, href: string, current: (typeof states)[number] | undefined): readonly object[] {
  return [undefined, ...states].map((state) => ({
    label: t(`forms.submission.${state ?? 'all'}`),
    href: state === undefined ? href : `${href}?state=${state}`,
    isCurrent: state === current,
  }));
}

/** `GET /settings/forms/:id/submissions/:submission` */
export async function showSubmission(call: PageCall): Promise<PageAnswer> {
  const { t, env, render, request } = call;
  const path = pathOf(call);
  const [form, submission] = await Promise.all([
    readApi<ShownForm>(call, `/forms/${request.params['id'] ?? ''}`),
    readApi<ShownSubmission>(call, path),
  ]);
  const { state, answers, source, reason } = submission;
  const from = [
    [t('forms.submission.origin'), source.origin],
    [t('forms.submission.referrer'), source.referrer],
    ...Object.entries(source.utm).map(([name, value]) => [`utm_${name}`, value]),
  ].filter(([, text]) => text !== '');
  const title = request.generation.views.formatters.dateTime(env, submission.createdAt);
  const html = render('core:forms/submission', {
    title,
    tag: { label: t(`forms.submission.${state}`), tone: tones[state] },
    reason: reason === null ? undefined : (problemText(call)(reason) ?? reason.message),
    recordHref: recordHref(call, submission),
    retryAction: state === 'failed' || state === 'spam' ? `/settings${path}/retry` : undefined,
    retryLabel: t(state === 'spam' ? 'forms.submission.notSpam' : 'forms.submission.retry'),
    answers: answersInOrder(form, answers).map(([label, answer]) => detail(label, textOfAnswer(call, answer))),
    from: from.map(([label = '', text = '']) => detail(label, text)),
  });
  const href = `${formsHref}/${form.id}`;
  const breadcrumbs = [
    { label: t('forms.title'), href: formsHref },
    { label: form.name, href: `${href}/submissions` },
    { label: title },
  ];
  return showPage({ title, breadcrumbs, blocks: [settingsTabs(call, formsHref), { name: 'submission', html }] });
}

/** `POST /settings/forms/:id/submissions/:submission/retry` */
export async function retrySubmission(call: PageCall): Promise<PageAnswer> {
  const results: ShownSubmission[] = [];
  const problems = await problemsIn(call, [], async () => {
    results.push((await callApi(call, 'POST', `${pathOf(call)}/retry`)).body as ShownSubmission);
  });
  const href = `/settings${pathOf(call)}`;
  if (problems !== null) return goTo(href, { text: problems.general.join(' '), tone: 'bad' });
  const state = results[0]?.state;
  if (state === 'written') return goTo(href, { text: call.t('forms.submission.retried') });
  if (state === 'unconfirmed') return goTo(href, { text: call.t('forms.submission.asked') });
  return goTo(href, { text: call.t('forms.submission.retryFailed'), tone: 'bad' });
}

/** What a submission is known by in a list: its first answers, of those in words. */
function summaryOf(form: ShownForm, { answers }: ShownSubmission): string {
  const words = answersInOrder(form, answers).filter(([, answer]) => typeof answer !== 'boolean');
  const texts = words.map(([, answer]) => answerText(answer)).filter(Boolean);
  return texts.slice(0, 3).join(' · ') || '–';
}

/** Questions and answers as the form asks them; answers to questions that are no more come last, under their key. */
function answersInOrder({ fields }: ShownForm, answers: Answers): readonly (readonly [string, Answers[string]])[] {
  const asked = fields.flatMap(({ key, label }) => {
    const answer = answers[key];
    return answer === undefined ? [] : [[label, answer] as const];
  });
  const known = new Set(fields.map(({ key }) => key));
  return [...asked, ...Object.entries(answers).filter(([key]) => !known.has(key))];
}

function textOfAnswer({ t }: PageCall, answer: Answers[string]): string {
  return typeof answer === 'boolean' ? t(answer ? 'ui.yes' : 'ui.no') : answerText(answer);
}

function detail(label: string, text: string): object {
  return { label, value: { kind: 'longText', text } };
}

function recordHref({ request }: PageCall, { targetEntity, targetId }: ShownSubmission): string | undefined {
  const path = targetEntity === null ? undefined : request.generation.entities.get(targetEntity)?.path;
  return path === undefined || targetId === null ? undefined : `/${path}/${targetId}`;
}

function pathOf({ request: { params } }: PageCall): string {
  return `/forms/${params['id'] ?? ''}/submissions/${params['submission'] ?? ''}`;
}
