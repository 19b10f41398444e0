import { Uuid, type Id } from '@trellis-crm/sdk';
import { ChangeSets, isOver, type ChangeSetProblem } from '../../changes/index.js';
import type { Endpoint } from '../../http/endpoint.js';
import { loadNamesOf } from '../fields/record-names.js';
import type { PageCall, PageDeps } from '../page-call.js';
import { orTold } from '../or-told.js';
import { goTo, pageEndpoint, showPage, showPart, type PageAnswer } from '../page-endpoint.js';
import { settled } from './bulk-submit.js';
import { changeRow, changeTitle, outcomeView, problemRow } from './change-set-view.js';

/** What was changed together: how far it is, what came of it, and the way back. */
export function changePages(deps: PageDeps): readonly Endpoint[] {
  const byId = { access: 'signed-in', params: { id: Uuid } } as const;
  return [
    pageEndpoint(deps, 'GET /change-sets', { access: 'signed-in', handle: showChanges }),
    pageEndpoint(deps, 'GET /change-sets/:id', { ...byId, handle: showChange }),
    pageEndpoint(deps, 'POST /change-sets/:id/undo', { ...byId, handle: undoChange }),
    pageEndpoint(deps, 'POST /change-sets/:id/cancellation', { ...byId, handle: cancelChange }),
  ];
}

async function showChanges(call: PageCall): Promise<PageAnswer> {
  const { t, render, request, workspace } = call;
  const sets = await workspace.container.resolve(ChangeSets).list(request.identity);
  const title = t('changes.title');
  const items = sets.map((set) => changeRow(call, set));
  const blocks = [
    { name: 'header', column: 'header' as const, html: render('core:imports/head', { title }) },
    { name: 'changes', html: render('core:changes/history', { items }) },
  ];
  return showPage({ title, breadcrumbs: [{ label: title }], blocks });
}

const problemsShown = 100;

async function showChange(call: PageCall): Promise<PageAnswer> {
  const { t, render, request, workspace } = call;
  const changeSets = workspace.container.resolve(ChangeSets);
  const set = await changeSets.get(idOf(call), request.identity);
  const problems = await changeSets.problems(set, { behind: '0', limit: problemsShown });
  const names = await loadNamesOf(call, idsByEntity(problems));
  const outcome = render('core:changes/outcome', {
    ...outcomeView(call, set),
    problems: problems.map((problem) => problemRow(call, problem, names)),
  });
  if (request.isPartial) return showPart(outcome);
  const title = changeTitle(call, set);
  return showPage({
    title,
    breadcrumbs: [{ label: t('changes.title'), href: '/change-sets' }, { label: title }],
    blocks: [
      { name: 'header', column: 'header', html: render('core:imports/head', { title }) },
      { name: 'outcome', html: outcome },
    ],
  });
}

function idsByEntity(problems: readonly ChangeSetProblem[]): ReadonlyMap<string, ReadonlySet<Id>> {
  const groups = Map.groupBy(problems, ({ entity }) => entity);
  return new Map([...groups].map(([entity, group]) => [entity, new Set(group.map(({ recordId }) => recordId))]));
}

/** Back to the records when it is done at once, else to the page that tells how far it is. */
async function undoChange(call: PageCall): Promise<PageAnswer> {
  const { t, request, workspace } = call;
  return orTold(call, `/change-sets/${idOf(call)}`, async () => {
    const begun = await workspace.container.resolve(ChangeSets).undo(idOf(call), request.identity);
    const undo = await settled(call, begun.id);
    const path = request.generation.entities.get(undo.entity)?.path;
    if (!isOver(undo) || undo.problemCount > 0 || path === undefined) return goTo(`/change-sets/${undo.id}`);
    return goTo(`/${path}`, { text: t('changes.undone') });
  });
}

async function cancelChange(call: PageCall): Promise<PageAnswer> {
  const page = `/change-sets/${idOf(call)}`;
  return orTold(call, page, async () => {
    await call.workspace.container.resolve(ChangeSets).cancel(idOf(call), call.request.identity);
    return goTo(page);
  });
}

function idOf({ request }: PageCall): Id {
  return request.params['id'] ?? '';
}
