import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createTestHost, type TestHost } from '@trellis-crm/sdk/testing';
import { expect } from 'chai';

const folder = fileURLToPath(new URL('../../views/ui/', import.meta.url));

describe('GET /dev/ui', () => {
  let host: TestHost;
  before(async () => (host = await createTestHost()));
  after(() => host.close());

  it('shows every partial of the kit, by itself or as part of one', async () => {
    const { text } = await host.as(host.admin).page('/dev/ui');
    const shown = new Set([...text.matchAll(/<code>(ui-[a-z-]+)<\/code>/g)].map(([, name = '']) => name));
    for (const name of shown) for (const part of partsOf(name)) shown.add(part);

    const partials = readdirSync(folder).map((file) => file.replace('.hbs', ''));

    expect(partials.filter((name) => !shown.has(name) && !elsewhere.has(name))).to.deep.equal([]);
    expect(partials.length).to.be.above(50);
  });
});

/** What the frame of every page shows, and what the server sends into the list of a lookup. */
const elsewhere: ReadonlySet<string> = new Set(['ui-theme-toggle', 'ui-lookup-options']);

/** Partials that a partial draws; a field draws the control of each kind that its first line names. */
function partsOf(name: string): readonly string[] {
  const source = readFileSync(`${folder}${name}.hbs`, 'utf8');
  const kinds = name === 'ui-field' ? (/kind\?: ([a-z|]+)/.exec(source)?.[1]?.split('|') ?? []) : [];
  const drawn = [...source.matchAll(/\{\{#?> (ui-[a-z-]+)/g)].map(([, part = '']) => part);
  return [...drawn, ...kinds.map((kind) => `ui-${kind}`)];
}
