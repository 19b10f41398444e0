import { isTrellisError, MalformedError, Uuid } from '@trellis-crm/sdk';
import type { Endpoint } from '../../http/endpoint.js';
import { Imports } from '../../imports/index.js';
import { decodeText } from '../../imports/csv/decode-text.js';
import { readHeader } from '../../imports/csv/header.js';
import { readUpload, type Upload } from '../../imports/api/read-upload.js';
import type { PageBlock } from '../../views/page-model.js';
import type { CompiledEntity } from '../../records/compiled-entity.js';
import { isWithout } from '../list/list-view.js';
import { createPageCall, type PageCall, type PageDeps } from '../page-call.js';
import { goTo, pageEndpoint, respond, showPage, type PageAnswer } from '../page-endpoint.js';
import { columnControls, columnMap } from './column-controls.js';
import { mapColumns, resumeImport, runImport, showImport } from './import-page.js';
import { importRow } from './import-view.js';

/** Importing a file: upload, check, run, report. Each import is its owner's alone. */
export function importPages(deps: PageDeps): readonly Endpoint[] {
  const byId = { access: 'signed-in', params: { id: Uuid } } as const;
  return [
    pageEndpoint(deps, 'GET /imports', { access: 'signed-in', handle: (call) => showImports(call) }),
    receiveFile(deps),
    pageEndpoint(deps, 'GET /imports/:id', { ...byId, handle: showImport }),
    pageEndpoint(deps, 'POST /imports/:id/run', { ...byId, handle: runImport }),
    pageEndpoint(deps, 'POST /imports/:id/resumption', { ...byId, handle: resumeImport }),
    pageEndpoint(deps, 'POST /imports/:id/columns', { ...byId, handle: mapColumns }),
  ];
}

/** Why a file was not taken, and its columns when saying where they go helps. */
interface Refusal {
  readonly message: string;
  readonly entity: string;
  readonly columns: readonly object[];
}

async function showImports(call: PageCall, refusal?: Refusal): Promise<PageAnswer> {
  const { t, render, request, workspace } = call;
  const imports = await workspace.container.resolve(Imports).list(request.identity);
  const title = t('imports.title');
  const upload = {
    entities: importableEntities(call).map(({ definition }) => ({
      value: definition.id,
      label: call.labels.many(definition),
    })),
    entity: refusal?.entity ?? request.url.searchParams.get('entity') ?? '',
    error: refusal?.message,
    columns: refusal?.columns ?? [],
  };
  const history = imports.slice(0, 20).map((record) => importRow(call, record));
  const blocks: PageBlock[] = [
    { name: 'header', column: 'header', html: render('core:imports/head', { title }) },
    { name: 'upload', column: 'main', html: render('core:imports/upload', upload) },
    { name: 'history', column: 'side', html: render('core:imports/history', { items: history }) },
  ];
  return showPage({ title, breadcrumbs: [{ label: title }], blocks }, refusal === undefined ? 200 : 422);
}

/** `POST /imports`: takes a file and checks all of its rows; nothing is written yet. */
function receiveFile(deps: PageDeps): Endpoint {
  return {
    method: 'POST',
    path: '/imports',
    module: 'core',
    access: 'signed-in',
    surface: 'page',
    input: { body: { kind: 'stream', types: ['multipart/form-data'] } },
    async handle(request) {
      const call = createPageCall(deps, request);
      if (request.bodyStream === null) throw new MalformedError('body_missing');
      const upload = await readUpload(request.bodyStream, request.header('Content-Type'));
      return respond(call, await checkFile(call, upload));
    },
  };
}

async function checkFile(call: PageCall, { bytes, fileName, fields }: Upload): Promise<PageAnswer> {
  const { request, workspace } = call;
  const { entity = '' } = fields;
  const hasColumns = Object.keys(fields).some((name) => name.startsWith('column.'));
  try {
    const map = hasColumns ? columnMap(namesOfColumns(bytes), (name) => fields[name]) : undefined;
    const file = { bytes, fileName: fileName ?? 'import.csv', isDryRun: true, entity, ...(map && { map }) };
    const record = await workspace.container.resolve(Imports).submit(file, request.identity);
    return goTo(`/imports/${record.id}`);
  } catch (error) {
    return showImports(call, refusalOf(call, error, bytes, entity));
  }
}

/** A file whose columns have other names than the fields is asked for once more, with a choice for each. @throws what is not a refusal */
function refusalOf(call: PageCall, error: unknown, bytes: Buffer, entity: string): Refusal {
  if (!isTrellisError(error) || error.status === 0 || error.status >= 500) throw error;
  const isAboutColumns = ['missing_column', 'no_columns_recognised'].includes(error.code);
  const columns = isAboutColumns ? columnControls(call, entity, namesOfColumns(bytes)) : [];
  return { message: error.errors[0]?.message ?? error.message, entity, columns };
}

function namesOfColumns(bytes: Buffer): readonly string[] {
  return readHeader(decodeText(bytes).text).names;
}

function importableEntities({ request: { generation, identity } }: PageCall): CompiledEntity[] {
  return [...generation.entities.values()].filter(
    (entity) => !isWithout(entity, 'import') && identity.reach(`${entity.definition.id}:import`) !== null,
  );
}
