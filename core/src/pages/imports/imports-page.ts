import { isTrellisError, Uuid } from '@trellis-crm/sdk';
import type { Endpoint } from '../../http/endpoint.js';
import { Imports } from '../../imports/index.js';
import { delimiters } from '../../imports/csv/delimiter.js';
import { withUpload, type SentFile } from '../../imports/api/with-upload.js';
import type { PageBlock } from '../../views/page-model.js';
import type { CompiledEntity } from '../../records/compiled-entity.js';
import { findField } from '../fields/entity-field.js';
import { isWithout } from '../list/list-view.js';
import { createPageCall, type PageCall, type PageDeps } from '../page-call.js';
import { goTo, pageEndpoint, respond, showPage, type PageAnswer } from '../page-endpoint.js';
import { changeColumns, showColumns } from './columns-page.js';
import { cancelImport, resumeImport, runImport, showImport, undoImport } from './import-page.js';
import { fileRefusalText } from './import-texts.js';
import { importRow } from './import-view.js';

/** Importing a file: upload, columns, check, run, report. Each import is its owner's alone. */
export function importPages(deps: PageDeps): readonly Endpoint[] {
  const byId = { access: 'signed-in', params: { id: Uuid } } as const;
  return [
    pageEndpoint(deps, 'GET /imports', { access: 'signed-in', handle: (call) => showImports(call) }),
    receiveFile(deps),
    pageEndpoint(deps, 'GET /imports/:id', { ...byId, handle: showImport }),
    pageEndpoint(deps, 'GET /imports/:id/columns', { ...byId, handle: (call) => showColumns(call) }),
    pageEndpoint(deps, 'POST /imports/:id/columns', { ...byId, handle: changeColumns }),
    pageEndpoint(deps, 'POST /imports/:id/run', { ...byId, handle: runImport }),
    pageEndpoint(deps, 'POST /imports/:id/undo', { ...byId, handle: undoImport }),
    pageEndpoint(deps, 'POST /imports/:id/resumption', { ...byId, handle: resumeImport }),
    pageEndpoint(deps, 'POST /imports/:id/cancellation', { ...byId, handle: cancelImport }),
  ];
}

/** Why a file was not taken. */
interface Refusal {
  readonly message: string;
  readonly entity: string;
  readonly status: number;
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
    encodings: encodings.map((value) => ({ value, label: t(`imports.encoding.${value}`) })),
    delimiters: delimiters.map((value, place) => ({
      value: String(place),
      label: t(`imports.delimiter.${delimiterNames[place] ?? ''}`),
    })),
    error: refusal?.message,
  };
  const history = imports.slice(0, 20).map((record) => importRow(call, record));
  const blocks: PageBlock[] = [
    { name: 'header', column: 'header', html: render('core:imports/head', { title }) },
    { name: 'upload', column: 'main', html: render('core:imports/upload', upload) },
    { name: 'history', column: 'side', html: render('core:imports/history', { items: history }) },
  ];
  return showPage({ title, breadcrumbs: [{ label: title }], blocks }, refusal?.status ?? 200);
}

/** Those that spreadsheets save in; any other can be named over the API. */
const encodings = ['utf-8', 'utf-16le', 'utf-16be', 'windows-1252', 'gb18030'] as const;

/** In the order of {@link delimiters}; a form sends the place, as a tab does not survive one. */
const delimiterNames = ['comma', 'semicolon', 'tab', 'bar'] as const;

/** `POST /imports`: takes a file and guesses its columns; nothing is checked or written yet. */
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
      return respond(call, await takeFile(call));
    },
  };
}

async function takeFile(call: PageCall): Promise<PageAnswer> {
  const sent = { entity: '' };
  try {
    return await withUpload(call.request, undefined, (upload) => {
      sent.entity = upload.fields['entity'] ?? '';
      return draftOf(call, upload, sent.entity);
    });
  } catch (error) {
    // A form that nobody could send by this page is refused as such.
    if (!isTrellisError(error) || error.status >= 500 || error.status === 400) throw error;
    const status = error.status === 413 ? 413 : 422;
    return showImports(call, { message: fileRefusalText(call, error), entity: sent.entity, status });
  }
}

async function draftOf(call: PageCall, { file, fields }: SentFile, entity: string): Promise<PageAnswer> {
  const { labels, request, workspace, env } = call;
  const compiled = request.generation.entities.get(entity);
  const text = (name: string): string | undefined => fields[name]?.trim() || undefined;
  const [encoding, sheet] = [text('encoding'), text('sheet')];
  const delimiter = delimiters[Number(text('delimiter') ?? '-1')];
  const headerRow = /^[1-9]\d{0,2}$/.test(text('headerRow') ?? '') ? Number(text('headerRow')) : undefined;
  const fieldOf = (path: string) => compiled && findField(compiled, path);
  const record = await workspace.container.resolve(Imports).draft(
    {
      file,
      isDryRun: true,
      entity,
      ...(encoding === undefined ? {} : { encoding }),
      ...(sheet === undefined ? {} : { sheet }),
      ...(delimiter === undefined ? {} : { delimiter }),
      ...(headerRow === undefined ? {} : { headerRow }),
      isMonthFirst: env.locale === 'en-US',
      label: (path) => {
        const field = fieldOf(path);
        return compiled && field ? labels.field(compiled, field) : '';
      },
      optionLabel: (path, option) => {
        const field = fieldOf(path);
        return compiled && field ? labels.option(compiled, field, option) : option;
      },
    },
    request.identity,
  );
  return goTo(`/imports/${record.id}/columns`);
}

function importableEntities({ request: { generation, identity } }: PageCall): CompiledEntity[] {
  return [...generation.entities.values()].filter(
    (entity) => !isWithout(entity, 'import') && identity.reach(`${entity.definition.id}:import`) !== null,
  );
}
