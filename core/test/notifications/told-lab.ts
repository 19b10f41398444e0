import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestHost, TestUser } from '@trellis-crm/sdk/testing';
import { createTestHost, type CoreTestHost } from '../../dist/testing/index.js';
import { writePlugin } from '../kernel/plugin-fixtures.js';

/** A host with a plugin that tells people of greetings. */
export interface ToldLab {
  readonly host: CoreTestHost;
  close(): Promise<void>;
}

/** A line of an inbox as the API gives it. */
export interface Line {
  readonly id: string;
  readonly kind: string;
  readonly text: string;
  readonly record: { readonly id: string; readonly title: string } | null;
  readonly href: string | null;
  readonly count: number;
  readonly readAt: string | null;
  readonly snoozedUntil: string | null;
}

/** Starts it; `greeter.greeted` is told in the app and, unless a person chooses otherwise, in the digest. */
export async function openToldLab(): Promise<ToldLab> {
  const home = await mkdtemp(join(tmpdir(), 'trellis-told-'));
  const register = `host.contribute({ id: 'core.notification-kind', schema: {} }, {
    id: 'greeter.greeted', label: 'label', text: 'text', icon: 'star', channels: { app: true, mail: 'digest' } });`;
  const folder = await writePlugin(home, { id: 'greeter', register });
  await cp(join(import.meta.dirname, '../../test/notifications/greeter-locales'), join(folder, 'locales'), {
    recursive: true,
  });
  const host = await createTestHost({ plugins: [folder] });
  return {
    host,
    async close() {
      await host.close();
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** What somebody's inbox says. */
export async function inboxOf(
  host: TestHost,
  user: TestUser,
  query = '',
): Promise<{ lines: readonly Line[]; unread: number; next: string | null }> {
  const { body } = await host.as(user).get(`/api/v1/notifications${query}`);
  const answer = body as unknown as { data: readonly Line[]; unread: number; page: { next: string | null } };
  return { lines: answer.data, unread: answer.unread, next: answer.page.next };
}
