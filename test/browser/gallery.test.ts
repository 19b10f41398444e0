import { expect } from 'chai';
import type { Browser } from 'playwright-core';

import { launchChromium } from '../support/chromium.js';
import { startKitServer, type KitServer } from '../support/kit-server.js';
import { checkPage, crossedLooks, looks } from '../support/page-check.js';
import { isFullRun } from '../support/scale.js';

describe('the gallery of the kit in a browser', function () {
  this.timeout(60_000);
  let browser: Browser;
  let server: KitServer;
  const running: (() => Promise<void>)[] = [];

  before(async function () {
    browser = await launchChromium(this);
    running.push(() => browser.close());
    server = await startKitServer({ '/broken': () => broken });
    running.push(() => server.stop());
  });

  after(() => Promise.all(running.map((stop) => stop())));

  for (const look of isFullRun ? looks : crossedLooks) {
    it(`is accessible, fits and is quiet at ${String(look.width)} px, ${look.theme}`, async () => {
      const findings = await checkPage(browser, `${server.url}/dev/ui`, look);

      expect(findings).to.deep.equal({ violations: [], overflowPx: 0, errors: [] });
    });
  }

  it('would notice an unnamed button, a page too wide and an inline style', async () => {
    const findings = await checkPage(browser, `${server.url}/broken`, { width: 390, theme: 'light' });

    expect(findings.violations.join()).to.match(/button-name/);
    expect(findings.overflowPx).to.be.above(0);
    expect(findings.errors.join()).to.match(/Content Security Policy/);
  });
});

const broken = `<!doctype html><html lang="en"><title>Broken</title><main><h1>Broken</h1><button></button>
<pre>${'wide '.repeat(80)}</pre><p style="color: red">styled</p></main></html>`;
