import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeManifest } from '@trellis-crm/core/testing';

/** A plugin made for measuring. */
export interface FixturePlugin {
  readonly id: string;
  readonly routes?: number;
  /** On the page of a contact. */
  readonly panels?: number;
  /** On the page of an account. */
  readonly accountPanels?: number;
  /** Durable subscriptions to the creation of contacts. */
  readonly subscriptions?: number;
  /** Durable subscriptions to something that never happens here. */
  readonly idleSubscriptions?: number;
  /** Adds two fields to contacts, in a side table. */
  readonly hasSideTable?: boolean;
}

/** Writes built plugins into a folder of plugins that is theirs alone. */
export async function writePlugins(pluginsDir: string, plugins: readonly FixturePlugin[]): Promise<void> {
  await rm(pluginsDir, { recursive: true, force: true });
  for (const plugin of plugins) await writePlugin(join(pluginsDir, plugin.id), plugin);
}

async function writePlugin(folder: string, plugin: FixturePlugin): Promise<void> {
  const files: Readonly<Record<string, string>> = {
    'package.json': JSON.stringify(packageOf(plugin)),
    'dist/index.js': codeOf(plugin),
    'views/panel.hbs': `{{!-- A number. Context: { shown } --}}\n<p>{{shown}}</p>\n`,
    'locales/en.json': JSON.stringify({ panel: 'Measured' }),
    // The build knows a migration by its source, so that it cannot change unnoticed.
    [`src/migrations/${migrationName}.ts`]: migrationCode,
  };
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
  await writeManifest(folder);
}

function packageOf({ id }: FixturePlugin): object {
  return {
    name: `@bench/${id}`,
    version: '1.0.0',
    type: 'module',
    exports: { '.': './dist/index.js' },
    trellis: { id, kind: 'plugin', sdk: '^0.1.0', capabilities: ['core.contact:read'] },
  };
}

const migrationName = '20260101000000_create-contact-extension';
const migrationCode = `{
  name: '${migrationName}',
  phase: 'expand',
  async up({ schema }) {
    await schema.createTable('contact_x', (table) => {
      sideTable(table, 'core.contacts');
      keptAnswers(table);
      table.text('note');
      table.integer('score');
    });
  },
  async down({ schema }) {
    await schema.dropTable('contact_x');
  },
}`;

function codeOf({
  routes = 0,
  panels = 0,
  accountPanels = 0,
  subscriptions = 0,
  idleSubscriptions = 0,
  hasSideTable = false,
}: FixturePlugin): string {
  return `import { Account, AccountPanels, Contact, ContactPanels, definePlugin, extendEntity, field, recordEvent, Type } from '@trellis-crm/sdk';
import { keptAnswers, sideTable } from '@trellis-crm/sdk/migrations/v1';

const times = (count, make) => Array.from({ length: count }, (_, index) => make(index));
const seen = { handled: 0, delaysMs: [] };
const note = async (ctx, { occurredAt }) => {
  seen.handled += 1;
  if (seen.delaysMs.length < 20000) seen.delaysMs.push(Date.now() - Date.parse(occurredAt));
};
const dummy = (index) => [\`GET /dummy-\${index}/:name\`, { access: 'signed-in', params: { name: Type.String() }, handle: async () => ({ index }) }];
const report = {
  'POST /reports': {
    access: 'signed-in',
    async handle() {
      const { handled, delaysMs } = seen;
      Object.assign(seen, { handled: 0, delaysMs: [] });
      return { handled, delaysMs };
    },
  },
};

export default definePlugin({
  ${hasSideTable ? `extend: [extendEntity(Contact, { note: field.text({ max: 200 }), score: field.integer() })], migrations: [${migrationCode}],` : ''}
  register(host) {
    host.routes({ ...Object.fromEntries(times(${routes}, dummy)), ...report });
    const addPanels = (slot, count) => times(count, (index) =>
      host.panel(slot, {
        id: \`panel-\${index}\`, title: 'panel', permission: 'core.contact:read', template: 'panel', load: async () => ({ shown: index }),
      }));
    addPanels(ContactPanels, ${panels});
    addPanels(AccountPanels, ${accountPanels});
    times(${subscriptions}, (index) => host.on(recordEvent(Contact, 'created'), \`note-\${index}\`, note));
    times(${idleSubscriptions}, (index) => host.on(recordEvent(Account, 'merged'), \`wait-\${index}\`, async () => {}));
  },
});
`;
}
