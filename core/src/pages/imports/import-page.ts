import { Imports, type ImportRecord } from '../../imports/index.js';
import { textOf } from '../fields/form-reader.js';
import { formOf } from '../form/plain-form.js';
import type { PageCall } from '../page-call.js';
import { goTo, showPage, showPart, type PageAnswer } from '../page-endpoint.js';
import { columnMap, mappedColumns } from './column-controls.js';
import { outcomeView, problemRow } from './import-view.js';

const problemsShown = 100;

/** `GET /imports/:id`: how far an import is and what came of it; the part that changes asks again while it runs. */
export async function showImport(call: PageCall): Promise<PageAnswer> {
  const { t, render, request, workspace } = call;
  const imports = workspace.container.resolve(Imports);
  const record = await imports.get(request.params['id'] ?? '', request.identity);
  const problems = await imports.problems(record, problemsShown);
  const outcome = render('core:imports/outcome', {
    ...outcomeView(call, record),
    problems: problems.map((problem) => problemRow(call, problem)),
  });
  if (request.isPartial) return showPart(outcome);
  const columns = mappedColumns(call, record);
  const blocks = [
    { name: 'header', column: 'header' as const, html: render('core:imports/head', { title: record.fileName }) },
    { name: 'outcome', column: 'main' as const, html: outcome },
    ...(columns.length === 0
      ? []
      : [
          {
            name: 'columns',
            column: 'side' as const,
            html: render('core:imports/columns', { action: `/imports/${record.id}/columns`, columns }),
          },
        ]),
  ];
  return showPage({
    title: record.fileName,
    breadcrumbs: [{ label: t('imports.title'), href: '/imports' }, { label: record.fileName }],
    blocks,
  });
}

/** `POST /imports/:id/run`: imports for real what was checked. */
export async function runImport(call: PageCall): Promise<PageAnswer> {
  return again(call, { isDryRun: false });
}

/** `POST /imports/:id/resumption`: goes on with what stopped. */
export async function resumeImport({ request, workspace }: PageCall): Promise<PageAnswer> {
  const { id } = await workspace.container.resolve(Imports).resume(request.params['id'] ?? '', request.identity);
  return goTo(`/imports/${id}`);
}

/** `POST /imports/:id/columns`: checks the file once more with its columns mapped otherwise. */
export async function mapColumns(call: PageCall): Promise<PageAnswer> {
  const form = formOf(call);
  const { header } = await call.workspace.container
    .resolve(Imports)
    .get(call.request.params['id'] ?? '', call.request.identity);
  const map = columnMap(header, (name) => textOf(form, name));
  const match = textOf(form, 'match');
  return again(call, { isDryRun: true, ...(map && { map }), ...(match === '' ? {} : { match }) });
}

async function again({ request, workspace }: PageCall, changes: Parameters<Imports['repeat']>[2]): Promise<PageAnswer> {
  const record: ImportRecord = await workspace.container
    .resolve(Imports)
    .repeat(request.params['id'] ?? '', request.identity, changes);
  return goTo(`/imports/${record.id}`);
}
