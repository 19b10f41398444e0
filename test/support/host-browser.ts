import { createHash, randomBytes, randomUUID } from 'node:crypto';

import type { Browser, BrowserContext } from 'playwright-core';

import type { TestBody, TestHost, TestUser } from '@trellis-crm/sdk/testing';
import type { Look } from './page-check.js';

/** Signs somebody in. @returns the cookie's value */
export async function openSession(host: TestHost, user: TestUser): Promise<string> {
  const token = randomBytes(32).toString('base64url');
  await host.sql(
    `insert into core.sessions (id, user_id, token_hash, created_at, last_seen_at, ip, user_agent)
     values (?, ?, ?, now(), now(), '127.0.0.1', 'test') returning id`,
    [randomUUID(), user.userId, createHash('sha256').update(token).digest()],
  );
  return token;
}

/** A browser of its own for somebody who is signed in. */
export async function openContext(
  browser: Browser,
  host: TestHost,
  user: TestUser,
  options: Partial<Look> & { readonly withoutScripts?: boolean } = {},
): Promise<BrowserContext> {
  const { width = 1280, theme = 'light', withoutScripts = false } = options;
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme: theme,
    javaScriptEnabled: !withoutScripts,
  });
  await context.addCookies([{ name: 'trellis_session', value: await openSession(host, user), url: host.url }]);
  return context;
}

/** The id in the answer to a creation. */
export function idIn({ id }: TestBody): string {
  return textOf(id);
}

/** A text somewhere in an answer; empty when it is none. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
