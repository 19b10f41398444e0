import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect } from 'chai';
import { eventually } from '../support/eventually.js';
import { Installation, root } from '../support/installation.js';

const serve = `"${process.execPath}" "${join(root, 'core', 'bin', 'trellis.js')}" serve`;

/** Starts it below a shell, which is killed as soon as the server answers. @returns what an attempt to ask it fails with */
async function killParentOf(command: string): Promise<unknown> {
  const installation = await Installation.create();
  const started = spawn('/bin/sh', ['-c', command], {
    env: { PORT: String(installation.port), TRELLIS_DATA_DIR: installation.dataDir },
    stdio: 'ignore',
  });
  await eventually(async () => {
    expect((await installation.get('/readyz')).status).to.equal(200);
  }).finally(() => started.kill('SIGKILL'));

  await installation.remove();
  return installation.get('/healthz').catch((error: unknown) => error);
}

describe('trellis serve below another process', function () {
  this.timeout(120_000);

  it('stops when somebody kills the process that started it, or npm, whose shell survives it', async () => {
    const [parent, npm] = await Promise.all([
      killParentOf(`${serve}; true`),
      killParentOf(`/bin/sh -c '${serve}; true'; true`),
    ]);

    expect(parent).to.be.instanceOf(TypeError);
    expect(npm).to.be.instanceOf(TypeError);
  });
});
