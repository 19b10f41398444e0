import type { Drift } from '../../records/drift.js';
import { linkIdColumn } from '../../records/links.js';
import { columnLines, indexLine, isKept } from './render-columns.js';

/** A migration as source text. */
export interface RenderedMigration {
  readonly name: string;
  /** What it exports. */
  readonly constant: string;
  readonly text: string;
}

/** What is written for a plugin. */
export interface MigrationRequest {
  /** kebab-case, without the moment. */
  readonly name: string;
  readonly moment: string;
  readonly drifts: readonly Drift[];
  /** `schema.table` of an entity that a ref of this plugin may point at with a foreign key; undefined for one that may be absent. */
  tableOf(entity: string): string | undefined;
}

/** The migrations that close the difference: one that adds tables and columns, and one that builds indexes on tables that have rows. */
export function renderMigrations(request: MigrationRequest): readonly RenderedMigration[] {
  const added = request.drifts.filter(({ kind }) => kind === 'missing_table' || kind === 'missing_column');
  const indexed = [
    ...added.filter(({ kind, column }) => kind === 'missing_column' && needsIndex(column)),
    ...request.drifts.filter(({ kind }) => kind === 'missing_unique_index'),
  ];
  return [
    ...(added.length === 0 ? [] : [renderExpand(request, added)]),
    ...(indexed.length === 0 ? [] : [renderIndexes(request, indexed)]),
  ];
}

function renderExpand(request: MigrationRequest, drifts: readonly Drift[]): RenderedMigration {
  const steps = [...byTable(drifts)].map(([, [first, ...rest]]) =>
    first?.kind === 'missing_table'
      ? createTable(first, request)
      : addColumns(
          [first, ...rest].flatMap((drift) => drift ?? []),
          request,
        ),
  );
  const up = steps.map(({ up: lines }) => lines).flat();
  const down = steps.toReversed().flatMap(({ down: lines }) => lines);
  const text = `${up.join('\n')}\n${down.join('\n')}`;
  const used = ['keptAnswers', 'listIndexes', 'listTable', 'money', 'recordColumns', 'references', 'sideTable'].filter(
    (helper) => text.includes(`${helper}(`),
  );
  return render({ name: request.name, moment: request.moment, phase: 'expand', helpers: used, up, down });
}

function renderIndexes(request: MigrationRequest, drifts: readonly Drift[]): RenderedMigration {
  const up = [...byTable(drifts)].flatMap(([table, group]) => [
    `    await schema.alterTable('${table}', (table) => {`,
    ...group.flatMap(({ column }) => (column === null ? [] : [`      ${indexLine(column)}`])),
    '    });',
  ]);
  const moment = String(BigInt(request.moment) + 1n);
  return render({ name: `index-${request.name}`, moment, phase: 'index', helpers: [], up, down: [] });
}

interface StepLines {
  readonly up: readonly string[];
  readonly down: readonly string[];
}

function createTable({ table }: Drift, { tableOf }: MigrationRequest): StepLines {
  const { tableName, shape, entity, ownerColumn, columns } = table;
  const owner = `${entity.schemaName}.${entity.tableName}`;
  const { owned } = entity.definition;
  const heads = {
    records: `recordColumns(table, { owned: ${owned} });`,
    side: `sideTable(table, '${owner}');`,
    list: `listTable(table, '${ownerColumn ?? ''}', '${owner}');`,
  };
  const own = columns.filter((column) => column.field !== null || isKept(column));
  const lines = [
    heads[shape],
    ...own.flatMap((column) => columnLines(column, tableOf)),
    ...(shape === 'records' ? [`listIndexes(table, { owned: ${owned} });`] : []),
    ...(shape === 'records' ? own.filter(needsIndex).map(indexLine) : []),
    ...(shape === 'list' && own.some(isLinkId) ? [`table.index(['entity', '${linkIdColumn}']);`] : []),
  ];
  return {
    up: [
      `    await schema.createTable('${tableName}', (table) => {`,
      ...lines.map((line) => `      ${line}`),
      '    });',
    ],
    down: [`    await schema.dropTable('${tableName}');`],
  };
}

function addColumns(drifts: readonly Drift[], { tableOf }: MigrationRequest): StepLines {
  const tableName = drifts[0]?.table.tableName ?? '';
  const columns = drifts.flatMap(({ column }) => column ?? []);
  const gaps = columns.filter(({ notNull, field }) => notNull === 'must' && field?.field.default === undefined);
  const remark = gaps.map(
    ({ name }) =>
      `      // Rows that exist need a value in ${name}: give it a default here, or fill it in a migration of phase 'data' first.`,
  );
  return {
    up: [
      `    await schema.alterTable('${tableName}', (table) => {`,
      ...remark,
      ...columns.flatMap((column) => columnLines(column, tableOf)).map((line) => `      ${line}`),
      '    });',
    ],
    down: [
      `    await schema.alterTable('${tableName}', (table) => {`,
      ...columns.map(({ name }) => `      table.dropColumn('${name}');`),
      '    });',
    ],
  };
}

function needsIndex(column: Drift['column']): boolean {
  return column?.isUnique === true || column?.field?.field.index === true;
}

/** What is linked to a record is looked up by it. */
function isLinkId({ name, field }: Drift['table']['columns'][number]): boolean {
  return name === linkIdColumn && field?.field.kind === 'ref' && field.target === null;
}

function byTable(drifts: readonly Drift[]): ReadonlyMap<string, readonly Drift[]> {
  return Map.groupBy(drifts, ({ table }) => table.tableName);
}

function render(
  parts: { name: string; moment: string; phase: string; helpers: readonly string[] } & StepLines,
): RenderedMigration {
  const name = `${parts.moment}_${parts.name}`;
  const constant = parts.name.replaceAll(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  const sentence = parts.name.replaceAll('-', ' ');
  const lines = [
    `import { ${[...parts.helpers, 'type Migration'].join(', ')} } from '@trellis-crm/sdk/migrations/v1';`,
    '',
    `/** ${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}. */`,
    `export const ${constant}: Migration = {`,
    `  name: '${name}',`,
    `  phase: '${parts.phase}',`,
    '  async up({ schema }) {',
    ...parts.up,
    '  },',
    ...(parts.down.length === 0 ? [] : ['  async down({ schema }) {', ...parts.down, '  },']),
    '};',
    '',
  ];
  return { name, constant, text: lines.join('\n') };
}
