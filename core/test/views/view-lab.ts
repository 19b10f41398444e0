import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import {
  coreIconsDir,
  coreViewSource,
  createAssetRegistry,
  createIconSet,
  createViewEngine,
  type ViewEngine,
  type ViewEnv,
} from '../../dist/views/index.js';
import type { MissingMessage } from '../../dist/views/message-catalogue.js';

/** Surroundings that every test states only the difference to. */
export function buildEnv(overrides: Partial<ViewEnv> = {}): ViewEnv {
  return {
    locale: 'en',
    timeZone: 'Europe/Paris',
    currency: 'EUR',
    theme: 'system',
    csrfToken: 'token-1',
    url: '/accounts',
    now: new Date('2026-11-22T12:00:00Z'),
    ...overrides,
  };
}

/** The kit, beside a module `lab` of the given templates (path → text) and English texts. */
export function buildEngine(
  templates: Readonly<Record<string, string>> = {},
  messages: Readonly<Record<string, string>> = {},
  missing: MissingMessage[] = [],
): ViewEngine {
  const viewsDir = mkdtempSync(join(tmpdir(), 'trellis-views-'));
  for (const [path, text] of Object.entries(templates)) {
    const file = join(viewsDir, `${path}.hbs`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  try {
    return createViewEngine({
      sources: [
        coreViewSource(),
        { namespace: 'lab', viewsDir, messages: { en: messages, 'zh-CN': { hello: '你好' } } },
      ],
      assets: createAssetRegistry(),
      icons: createIconSet(coreIconsDir),
      onMissingMessage: (message) => missing.push(message),
    });
  } finally {
    // Templates are read when the engine is made.
    rmSync(viewsDir, { recursive: true });
  }
}
