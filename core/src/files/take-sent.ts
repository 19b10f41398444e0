import { isTrellisError } from '@trellis-crm/sdk';
import type { Identity } from '../auth/identity.js';
import type { FileStore, ReceivedFile } from './file-store.js';
import type { SentFile, TakenFile } from './sent-file.js';

/**
 * Stores files that came with a form, before its handler begins: that is one transaction as a whole, which would have to wait for a second
 * connection while it holds one, and whose end would take along what was sent.
 * @throws RateLimitError `too_many_files_waiting`, UnavailableError `storage_full`
 */
export async function takeSent(
  store: FileStore,
  sent: readonly SentFile[],
  identity: Pick<Identity, 'userId'>,
): Promise<readonly TakenFile[]> {
  const looked = await Promise.all(sent.map((file) => recognise(store, file)));
  const received = looked.flatMap((one) => ('content' in one ? [one] : []));
  const stored = new Map(
    (await store.store(received, identity)).map((file, place) => [received[place]?.content.path, file]),
  );
  return sent.flatMap(({ field, content }, place): TakenFile[] => {
    const one = looked[place];
    const file = stored.get(content.path);
    if (file !== undefined) return [{ field, file }];
    return one === undefined || 'content' in one ? [] : [{ field, ...one }];
  });
}

interface RefusedFile {
  readonly refused: string;
  readonly name: string;
}

async function recognise(store: FileStore, { content, name, isCut }: SentFile): Promise<ReceivedFile | RefusedFile> {
  const shown = name?.split(/[/\\]/).at(-1) ?? '';
  if (isCut) return { refused: 'file_too_large', name: shown };
  try {
    return await store.recognise(content, name);
  } catch (error) {
    if (!isTrellisError(error) || error.kind !== 'validation') throw error;
    return { refused: error.code, name: shown };
  }
}
