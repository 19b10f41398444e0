import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect } from 'chai';
import { eventually } from '../support/eventually.js';
import { Installation, root } from '../support/installation.js';

describe('trellis serve below another process', function () {
  this.timeout(120_000);

  it('stops when the process that started it is killed', async () => {
    const installation = await Installation.create();
    const command = `"${process.execPath}" "${join(root, 'core', 'bin', 'trellis.js')}" serve; true`;
    const parent = spawn('/bin/sh', ['-c', command], {
      env: { PORT: String(installation.port), TRELLIS_DATA_DIR: installation.dataDir },
      stdio: 'ignore',
    });
    await eventually(async () => {
      expect((await installation.get('/readyz')).status).to.equal(200);
    }).finally(() => parent.kill('SIGKILL'));

    await installation.remove();
    const error: unknown = await installation.get('/healthz').catch((caught: unknown) => caught);
    expect(error).to.be.instanceOf(TypeError);
  });
});
