import { PluginError } from '@trellis-crm/sdk';

/** Longest answer of a route in characters; more belongs into pages or a file. */
const maxLength = 32 * 1024 * 1024;
/** Most values in it; a circle has no end of them. */
const maxValues = 1_000_000;

/**
 * Writes a route's answer, within the call: what it costs and what goes wrong in it is the plugin's.
 * @returns undefined for an answer without content
 * @throws PluginError `answer_too_long`, before any of it is written
 */
export function toAnswerText(module: string, route: string, answer: unknown): string | undefined {
  if (isLong(answer)) {
    const message = `The answer of ${module} to ${route} has more than ${maxLength} characters or ${maxValues} values`;
    throw new PluginError('answer_too_long', { module, route }, { message });
  }
  return JSON.stringify(answer);
}

/** Adds up what texts and values take at least. */
function isLong(answer: unknown): boolean {
  const waiting: unknown[] = [answer];
  let length = 0;
  for (let values = 0; waiting.length > 0; values += 1) {
    const value = waiting.pop();
    length += typeof value === 'string' ? value.length + 2 : 2;
    if (length > maxLength || values > maxValues) return true;
    for (const member of membersOf(value)) waiting.push(member);
  }
  return false;
}

function membersOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return typeof value === 'object' && value !== null ? Object.values(value) : [];
}
