/** Characters of a name at most, its extension among them. */
const longest = 200;

/** Marks that turn the direction of writing around, so that `gpj.exe` reads as something else. */
const turning = /[\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/**
 * A name to show and to save under: without a path, without what nobody can see, in Unicode's usual form, not too long.
 * @param given as the sender wrote it
 */
export function fileNameOf(given: string | undefined): string {
  const last = (given ?? '').toWellFormed().normalize('NFC').split(/[/\\]/).at(-1) ?? '';
  const seen = last
    .replaceAll(turning, '')
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}<>:"|?*]+/gu, ' ')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/^[ .]+|[ .]+$/g, '');
  return seen === '' ? 'file' : shortened(seen);
}

/** The extension in lower case, without its dot; empty for none. */
export function extensionOf(name: string): string {
  return /\.([A-Za-z0-9]{1,10})$/.exec(name)?.[1]?.toLowerCase() ?? '';
}

/** The same name with another ending, shortened where both together would be too long. */
export function withExtension(name: string, extension: string): string {
  return `${firstOf(name, longest - extension.length - 1)}.${extension}`;
}

function shortened(name: string): string {
  if (name.length <= longest) return name;
  const extension = extensionOf(name);
  const stem = extension === '' ? name : name.slice(0, -extension.length - 1);
  return extension === '' ? firstOf(name, longest) : withExtension(stem, extension);
}

/** Without half a character at the end. */
function firstOf(text: string, length: number): string {
  return text.slice(0, length).replace(/[\uD800-\uDBFF]$/, '');
}
