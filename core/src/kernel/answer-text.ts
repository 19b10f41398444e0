import { PluginError } from '@trellis-crm/sdk';

/** Longest answer of a route in characters; more belongs into pages or a file. */
const maxLength = 32 * 1024 * 1024;

/**
 * Writes a route's answer, within the call: what it costs and what goes wrong in it is the plugin's.
 * @returns undefined for an answer without content
 * @throws PluginError `answer_too_long`, before any of it is written
 */
export function toAnswerText(module: string, route: string, answer: unknown): string | undefined {
  if (isLong(answer)) {
    const message = `The answer of ${module} to ${route} has more than ${maxLength} characters`;
    throw new PluginError('answer_too_long', { module, route }, { message });
  }
  return JSON.stringify(answer);
}

/** Adds up what the texts and members take at least; a circle is longer than anything. */
function isLong(answer: unknown): boolean {
  const waiting: unknown[] = [answer];
  let length = 0;
  while (waiting.length > 0 && length <= maxLength) {
    const value = waiting.pop();
    length += typeof value === 'string' ? value.length + 2 : 2;
    if (typeof value !== 'object' || value === null) continue;
    for (const member of Array.isArray(value) ? (value as unknown[]) : Object.values(value)) waiting.push(member);
  }
  return length > maxLength;
}
