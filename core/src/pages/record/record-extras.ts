import type { PageBlock } from '../../views/page-model.js';
import type { RecordValues } from '../fields/entity-field.js';
import type { PageCall } from '../page-call.js';
import { peopleTabs } from '../people/people-tabs.js';
import { userAccessBlock } from '../people/user-access-block.js';

/** What core adds to the derived record pages of its own entities. */
export const recordExtras: Readonly<Record<string, (call: PageCall, record: RecordValues) => Promise<PageBlock[]>>> = {
  'core.user': userAccessBlock,
};

/** What core adds to the head of the derived lists of its own entities. */
export const listExtras: Readonly<Record<string, (call: PageCall) => PageBlock>> = {
  'core.user': (call) => peopleTabs(call, 'users'),
};
