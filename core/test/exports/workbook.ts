import { inflateRawSync } from 'node:zlib';

/** Reads one entry of a zip by its central directory. */
export function entryOf(file: Buffer, wanted: string): string {
  let place = file.indexOf('PK\u0001\u0002');
  while (file.readUInt32LE(place) === 0x02014b50) {
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((offset) => file.readUInt16LE(place + offset));
    const name = file.toString('utf8', place + 46, place + 46 + (nameLength ?? 0));
    if (name === wanted) {
      const [size, start] = [file.readUInt32LE(place + 20), file.readUInt32LE(place + 42)];
      const data = start + 30 + file.readUInt16LE(start + 26) + file.readUInt16LE(start + 28);
      return inflateRawSync(file.subarray(data, data + size)).toString('utf8');
    }
    place += 46 + (nameLength ?? 0) + (extraLength ?? 0) + (commentLength ?? 0);
  }
  throw new Error(`no ${wanted} in the file`);
}
