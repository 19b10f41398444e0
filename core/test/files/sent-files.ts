import type { TestHost, TestResponse, TestUser } from '@trellis-crm/sdk/testing';

/** A small PDF; what it is shows in its first bytes. */
export const pdf = Buffer.from('%PDF-1.7\n1 0 obj\n<< >>\nendobj\n%%EOF\n');

/** A picture of one point. */
export const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

/** The beginning of a Windows program. */
export const program = Buffer.concat([Buffer.from('MZ'), Buffer.alloc(200, 1)]);

/** Uploads content under a name, as a bare body. */
export function upload(
  host: TestHost,
  user: TestUser,
  content: Uint8Array,
  name = 'contract.pdf',
): Promise<TestResponse> {
  const path = `/api/v1/files?name=${encodeURIComponent(name)}`;
  return host.as(user).post(path, content, { 'Content-Type': 'application/octet-stream' });
}

/** The same, for tests that go on with the file. @returns its id */
export async function uploaded(
  host: TestHost,
  user: TestUser,
  content: Uint8Array = pdf,
  name = 'contract.pdf',
): Promise<string> {
  const { status, text, body } = await upload(host, user, content, name);
  if (status !== 201) throw new Error(`not uploaded: ${status} ${text}`);
  return String(body['id']);
}

/** A form with files, as browsers send it. */
export function formWith(
  fields: readonly (readonly [string, string])[],
  files: readonly { readonly field: string; readonly name: string; readonly content: Uint8Array }[],
): { readonly body: Buffer; readonly headers: { readonly 'Content-Type': string } } {
  const boundary = 'trellis-test-boundary';
  const parts = [
    ...fields.map(([name, value]) =>
      Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`),
    ),
    ...files.flatMap(({ field, name, content }) => [
      Buffer.from(
        `--${boundary}\r\nContent-Disposition: form-data; name="${field}"; filename="${name}"\r\nContent-Type: application/octet-stream\r\n\r\n`,
      ),
      content,
      Buffer.from('\r\n'),
    ]),
    Buffer.from(`--${boundary}--\r\n`),
  ];
  return { body: Buffer.concat(parts), headers: { 'Content-Type': `multipart/form-data; boundary=${boundary}` } };
}
