import type { TestHost } from '@trellis-crm/sdk/testing';

/** Sends a file to the import wizard as the admin's browser does: the session by cookie, where it comes from by header. */
export async function upload(host: TestHost, entity: string, csv: string): Promise<Response> {
  const token = 'session-of-the-admin-who-uploads';
  await host.sql(
    `insert into core.sessions (id, user_id, token_hash, created_at, last_seen_at, ip, user_agent)
     values (gen_random_uuid(), ?, sha256(?::bytea), now(), now(), '127.0.0.1', 'test') on conflict do nothing`,
    [host.admin.userId, token],
  );
  const body = new FormData();
  body.set('entity', entity);
  body.set('file', new File([csv], 'accounts.csv', { type: 'text/csv' }));
  const headers = { Cookie: `trellis_session=${token}`, 'Sec-Fetch-Site': 'same-origin' };
  return fetch(`${host.url}/imports`, { method: 'POST', body, headers, redirect: 'manual' });
}
