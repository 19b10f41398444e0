import { ChangeSets } from '../../changes/index.js';
import { Imports } from '../../imports/index.js';
import type { PageCall } from '../page-call.js';
import { orTold } from '../or-told.js';
import { goTo, showPage, showPart, type PageAnswer } from '../page-endpoint.js';
import { outcomeView, problemTable, stepItems, stepOf } from './import-view.js';
import { undoOf } from './undo-view.js';

/** `GET /imports/:id`: how far an import is and what came of it; the part that changes asks again while it runs. */
export async function showImport(call: PageCall): Promise<PageAnswer> {
  const { t, render, request, workspace } = call;
  const imports = workspace.container.resolve(Imports);
  const record = await imports.get(request.params['id'] ?? '', request.identity);
  if (record.state === 'draft') return goTo(`/imports/${record.id}/columns`);
  const [groups, undo] = await Promise.all([imports.groups(record), undoOf(call, record)]);
  const outcome = render('core:imports/outcome', {
    ...outcomeView(call, record, undo),
    steps: stepItems(call, stepOf(record)),
    errors: problemTable(call, record, groups, 'error'),
    notices: problemTable(call, record, groups, 'notice'),
  });
  if (request.isPartial) return showPart(outcome);
  return showPage({
    title: record.fileName,
    breadcrumbs: [{ label: t('imports.title'), href: '/imports' }, { label: record.fileName }],
    blocks: [
      { name: 'header', column: 'header', html: render('core:imports/head', { title: record.fileName }) },
      { name: 'outcome', html: outcome },
    ],
  });
}

/** `POST /imports/:id/run`: imports for real what was checked. */
export function runImport(call: PageCall): Promise<PageAnswer> {
  return thenShow(call, (id, { request, workspace }) =>
    workspace.container.resolve(Imports).startRun(id, request.identity),
  );
}

/** `POST /imports/:id/undo`: takes back what the import did, but for what somebody worked on since. */
export function undoImport(call: PageCall): Promise<PageAnswer> {
  return thenShow(call, async (id, { request, workspace }) => {
    const { changeSetId } = await workspace.container.resolve(Imports).get(id, request.identity);
    await workspace.container.resolve(ChangeSets).undo(changeSetId, request.identity);
  });
}

/** `POST /imports/:id/resumption`: goes on with what stopped. */
export function resumeImport(call: PageCall): Promise<PageAnswer> {
  return thenShow(call, (id, { request, workspace }) =>
    workspace.container.resolve(Imports).resume(id, request.identity),
  );
}

/** `POST /imports/:id/cancellation`: stops it where it is. */
export function cancelImport(call: PageCall): Promise<PageAnswer> {
  return thenShow(call, (id, { request, workspace }) =>
    workspace.container.resolve(Imports).cancel(id, request.identity),
  );
}

/** The page of the import, with what was done to it or why it was not. */
function thenShow(call: PageCall, act: (id: string, call: PageCall) => Promise<unknown>): Promise<PageAnswer> {
  const id = call.request.params['id'] ?? '';
  return orTold(call, `/imports/${id}`, async () => {
    await act(id, call);
    return goTo(`/imports/${id}`);
  });
}
