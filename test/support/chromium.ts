import { existsSync } from 'node:fs';

import { chromium, type Browser } from 'playwright-core';

/** Where the system's chromium is; `undefined` when none is installed. */
export function findChromium(): string | undefined {
  return ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => existsSync(path));
}

/** Starts a browser that talks to nobody but the pages under test; skips the suite, and says why, without one. */
export async function launchChromium(test: Mocha.Context): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) {
    process.stdout.write('      skipped: no chromium is installed (apt-get install chromium)\n');
    test.skip();
  }
  return chromium.launch({ executablePath, args: quietArguments });
}

const quietArguments = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
