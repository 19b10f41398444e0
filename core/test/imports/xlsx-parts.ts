import { crc32, deflateRawSync } from 'node:zlib';

/** Parts of a spreadsheet by their name in the archive. */
export type XlsxParts = Readonly<Record<string, string | Buffer>>;

/** A spreadsheet of one sheet. @param sheet XML within `sheetData` */
export function spreadsheetOf(sheet: string, others: XlsxParts = {}): Buffer {
  return zipOf({ ...frame, 'xl/worksheets/sheet1.xml': sheetXml(sheet), ...others });
}

/** XML of a sheet around its rows. */
export function sheetXml(rows: string): string {
  return `<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>${rows}</sheetData></worksheet>`;
}

/** Rows of texts written into their cells. */
export function textRows(rows: readonly (readonly string[])[]): string {
  const cell = (text: string): string => `<c t="inlineStr"><is><t>${text}</t></is></c>`;
  return rows.map((cells) => `<row>${cells.map(cell).join('')}</row>`).join('');
}

const relations = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';

const frame: XlsxParts = {
  '[Content_Types].xml': '<Types/>',
  'xl/workbook.xml': `<workbook xmlns:r="${relations}"><sheets><sheet name="People" sheetId="1" r:id="rId1"/></sheets></workbook>`,
  'xl/_rels/workbook.xml.rels': `<Relationships><Relationship Id="rId1" Type="${relations}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
};

/** What the directory of an archive says of a part, where it lies. */
export interface ZipLie {
  readonly uncompressedSize: number;
}

/** A ZIP archive. @param lies sizes that are not true, by part */
export function zipOf(parts: XlsxParts, lies: Readonly<Record<string, ZipLie>> = {}): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(parts)) {
    const bytes = Buffer.from(content);
    const packed = deflateRawSync(bytes);
    const sizes = { crc: crc32(bytes), packed: packed.length, unpacked: lies[name]?.uncompressedSize ?? bytes.length };
    const local = Buffer.concat([header(0x04034b50, name, sizes), packed]);
    directory.push(header(0x02014b50, name, sizes, offset));
    locals.push(local);
    offset += local.length;
  }
  const size = directory.reduce((sum, { length }) => sum + length, 0);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(directory.length, 8);
  end.writeUInt16LE(directory.length, 10);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, ...directory, end]);
}

/** Of an entry's data, or (with its offset) of its line in the directory. */
function header(
  signature: number,
  name: string,
  { crc, packed, unpacked }: { readonly crc: number; readonly packed: number; readonly unpacked: number },
  offset?: number,
): Buffer {
  const isDirectory = offset !== undefined;
  const bytes = Buffer.alloc((isDirectory ? 46 : 30) + name.length);
  const at = isDirectory ? 6 : 4;
  bytes.writeUInt32LE(signature, 0);
  bytes.writeUInt16LE(20, at);
  bytes.writeUInt16LE(8, at + 4);
  bytes.writeUInt32LE(crc, at + 10);
  bytes.writeUInt32LE(packed, at + 14);
  bytes.writeUInt32LE(unpacked, at + 18);
  bytes.writeUInt16LE(name.length, at + 22);
  if (isDirectory) bytes.writeUInt32LE(offset, 42);
  bytes.write(name, isDirectory ? 46 : 30, 'latin1');
  return bytes;
}
