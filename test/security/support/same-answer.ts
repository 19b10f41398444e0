import type { Answer } from './http.js';

/** What two answers differ in, or null when nobody could tell them apart; ids of the request and of the record do not count. */
export function sameAnswer(one: Answer, other: Answer): string | null {
  if (one.status !== other.status) return `${one.status} and ${other.status}`;
  const [left, right] = [plain(one), plain(other)];
  if (left === right) return null;
  let at = 0;
  while (left[at] === right[at]) at += 1;
  const around = (text: string): string => text.slice(Math.max(0, at - 40), at + 60);
  return `"${around(left)}" and "${around(right)}"`;
}

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const changing = new Set(['date', 'x-request-id', 'content-length', 'keep-alive', 'connection', 'transfer-encoding']);

function plain({ headers, text }: Answer): string {
  const kept = Object.entries(headers).filter(([name]) => !changing.has(name));
  return `${JSON.stringify(kept)}\n${text}`.replaceAll(uuid, '<id>').replaceAll(/"requestId":"[^"]*"/g, '');
}
