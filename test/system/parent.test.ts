import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect } from 'chai';
import { eventually } from '../support/eventually.js';
import { Installation, root } from '../support/installation.js';

const serve = `"${process.execPath}" "${join(root, 'core', 'bin', 'trellis.js')}" serve`;

describe('trellis serve below another process', function () {
  this.timeout(120_000);

  for (const [parent, command] of [
    ['the process that started it', `${serve}; true`],
    ['npm, whose shell survives it', `/bin/sh -c '${serve}; true'; true`],
  ] as const) {
    it(`stops when somebody kills ${parent}`, async () => {
      const installation = await Installation.create();
      const started = spawn('/bin/sh', ['-c', command], {
        env: { PORT: String(installation.port), TRELLIS_DATA_DIR: installation.dataDir },
        stdio: 'ignore',
      });
      await eventually(async () => {
        expect((await installation.get('/readyz')).status).to.equal(200);
      }).finally(() => started.kill('SIGKILL'));

      await installation.remove();
      const error: unknown = await installation.get('/healthz').catch((caught: unknown) => caught);
      expect(error).to.be.instanceOf(TypeError);
    });
  }
});
