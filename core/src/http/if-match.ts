import { MalformedError } from '@trellis-crm/sdk';

/**
 * Version in an `If-Match` header (`"7"`, or `*` for whatever it is) or a form's `_version`; null when neither is given. 0 is that of
 * settings that nobody has saved yet.
 */
export function readVersion(ifMatch: string, formVersion: string | undefined): number | '*' | null {
  if (formVersion !== undefined && formVersion !== '') return toVersion(formVersion);
  if (ifMatch === '') return null;
  if (ifMatch.trim() === '*') return '*';
  const quoted = /^"(\d{1,9})"$/.exec(ifMatch.trim())?.[1];
  if (quoted === undefined)
    throw new MalformedError('malformed_if_match', {}, { message: 'If-Match is "<version>" or *.' });
  return toVersion(quoted);
}

function toVersion(text: string): number {
  if (!/^(0|[1-9]\d{0,8})$/.test(text)) throw new MalformedError('malformed_version');
  return Number(text);
}
