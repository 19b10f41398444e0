import { ValidationError } from '@trellis-crm/sdk';

/** Fewest characters of a new password; length is what makes one strong, so nothing else is prescribed. */
export const minPasswordLength = 10;

/** Most characters; more would only be a way to keep the server busy. */
export const maxPasswordLength = 200;

/**
 * Refuses what is guessed first: too short, few different characters, or the person's own name or address.
 * @param personal texts that anybody knows about the person
 * @throws ValidationError pointing at `/<field>`
 */
export function checkNewPassword(password: string, personal: readonly (string | null)[], field = 'password'): void {
  const code = weakness(password, personal);
  if (code === null) return;
  const limit = limits[code];
  const problem = { pointer: `/${field}`, code, message: messages[code] ?? code };
  throw new ValidationError(
    'not_valid',
    {},
    { errors: [{ ...problem, ...(limit !== undefined && { details: { limit } }) }] },
  );
}

function weakness(password: string, personal: readonly (string | null)[]): string | null {
  if (password.length < minPasswordLength) return 'password_too_short';
  if (password.length > maxPasswordLength) return 'too_long';
  const plain = password.toLowerCase();
  if (new Set(plain).size < 5 || guessed.some((text) => plain.startsWith(text))) return 'password_too_simple';
  return isAbout(plain, personal) ? 'password_too_personal' : null;
}

/** Whether little is left of the password without the person's own words. */
function isAbout(password: string, personal: readonly (string | null)[]): boolean {
  const words = personal
    .flatMap((text) => (text ?? '').toLowerCase().split(/[\s@.,_-]+/))
    .filter((word) => word.length >= 3);
  const rest = words.reduce((left, word) => left.replaceAll(word, ''), password);
  return rest.length < 4;
}

const guessed: readonly string[] = [
  'password',
  'passwort',
  '1234567',
  'qwerty',
  'qwertz',
  'letmein',
  'welcome1',
  'admin123',
  'iloveyou',
];

const limits: Readonly<Record<string, number>> = {
  password_too_short: minPasswordLength,
  too_long: maxPasswordLength,
};

const messages: Readonly<Record<string, string>> = {
  password_too_short: `must have at least ${minPasswordLength} characters`,
  too_long: `must have at most ${maxPasswordLength} characters`,
  password_too_simple: 'is one of the first that get guessed',
  password_too_personal: 'says too much about you',
};
