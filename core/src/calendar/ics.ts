/** A property of a calendar file; values are text that was escaped where that is needed. */
export type Property = readonly [name: string, value: string];

/** A component with its properties, like `VEVENT`. */
export interface Component {
  readonly name: string;
  readonly properties: readonly Property[];
  readonly components?: readonly Component[];
}

/** A component as RFC 5545 writes it: lines of at most 75 octets, ended by CR LF. */
export function writeComponent({ name, properties, components = [] }: Component): string {
  const lines = properties.map(([property, value]) => folded(`${property}:${value}`));
  const inner = components.map(writeComponent).join('');
  return `BEGIN:${name}\r\n${lines.join('')}${inner}END:${name}\r\n`;
}

/** Text as a value: control characters are left out, since a calendar file cannot hold them. */
export function icsText(text: string): string {
  return text
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(/[\u0000-\u0009\u000b-\u001f\u007f]/g, ' ')
    .replaceAll(/[\\;,]/g, (mark) => `\\${mark}`)
    .replaceAll('\n', String.raw`\n`);
}

/** A moment in UTC, `20260131T090000Z`. @param iso ISO 8601, UTC */
export function icsMoment(iso: string): string {
  return `${iso.slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
}

const maxOctets = 75;

/** A line goes on after a line break and a blank; a character is never cut. */
function folded(line: string): string {
  let folding = '';
  let octets = 0;
  for (const character of line) {
    const size = Buffer.byteLength(character);
    if (octets + size > maxOctets) {
      folding += '\r\n ';
      octets = 1;
    }
    folding += character;
    octets += size;
  }
  return `${folding}\r\n`;
}
