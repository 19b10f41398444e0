import { expect } from 'chai';
import type { CompiledEntity, CompiledField } from '../../dist/records/compiled-entity.js';
import type { Workspace } from '../../dist/workspace/workspace.js';
import { hearersOf } from '../../dist/notifications/hearers.js';

describe('who hears of a change', () => {
  const secret = { permissions: { read: 'lab.thing.secret:read', write: 'lab.thing.secret:write' } };
  const fields = new Map<string, unknown>([
    ['name', { permissions: null }],
    ['secret', secret],
    ['ext.hidden', { permissions: { read: 'lab.thing.hidden:read', write: 'lab.thing.hidden:write' } }],
  ]) as unknown as ReadonlyMap<string, CompiledField>;
  const grants: Readonly<Record<string, ReadonlyMap<string, string>>> = {
    admin: new Map([['lab.thing.secret:read', 'all']]),
    user: new Map([['lab.thing:read', 'all']]),
  };
  const workspace = {
    generation: () => ({ entities: new Map([['lab.thing', { fields } as CompiledEntity]]) }),
    container: {
      resolve: () => ({
        all: () => Promise.resolve(Object.keys(grants).map((key) => ({ key }))),
        grants: (_: unknown, key: string) => grants[key],
      }),
    },
  } as unknown as Workspace;
  const hears = async (changed: readonly string[], role: string, entity = 'lab.thing'): Promise<boolean> => {
    const change = { entity, changed };
    return (await hearersOf(workspace, [change]))(change, role);
  };

  it('is everybody when anything changed that is hidden from nobody', async () => {
    expect(await hears(['name'], 'user')).to.equal(true);
    expect(await hears(['secret', 'name'], 'user')).to.equal(true);
    expect(await hears(['tags', 'secret'], 'user')).to.equal(true);
    expect(await hears(['anything'], 'user', 'gone.thing')).to.equal(true);
  });

  it('is only who may see one of the fields when all are hidden from some', async () => {
    expect(await hears(['secret'], 'user')).to.equal(false);
    expect(await hears(['secret', 'ext.hidden'], 'admin')).to.equal(true);
    expect(await hears(['ext.hidden'], 'admin')).to.equal(false);
    expect(await hears(['secret'], 'a role that is gone')).to.equal(false);
  });
});
