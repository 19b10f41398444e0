import type { Migration } from '@trellis-crm/sdk/migrations/v1';
import { createTeamsAndUsers } from './20260102000000_create-teams-and-users.js';
import { createAccounts } from './20260102000100_create-accounts.js';
import { createContacts } from './20260102000200_create-contacts.js';
import { createAuditLog } from './20260102000300_create-audit-log.js';
import { createExternalIds } from './20260102000400_create-external-ids.js';
import { createSearchEntries } from './20261122154500_create-search-entries.js';
import { createIdempotencyKeys } from './20261122155500_create-idempotency-keys.js';
import { indexRecordLists } from './20261122161500_index-record-lists.js';
import { storeRecordLists } from './20261122184500_store-record-lists.js';
import { keepRecordAnswers } from './20261123010000_keep-answers.js';
import { dropStoredLists } from './20261123010100_drop-stored-lists.js';
import { findOtherSpellings } from './20261123035600_find-other-spellings.js';
import { compareTexts } from './20261123040500_compare-texts.js';
import { createRecentRecords } from './20261123041000_create-recent-records.js';
import { createMerges } from './20261123042000_create-merges.js';
import { createDuplicatePairs } from './20261123044000_create-duplicate-pairs.js';
import { addVatNumber } from './20261123050500_add-vat-number.js';
import { createCompleteness } from './20261123051000_create-completeness.js';
import { divideSearchEntries } from './20261123100500_divide-search-entries.js';
import { addContactRoles } from './20261123105000_add-contact-roles.js';

/** Tables of core's records, and what every write adds to. */
export const recordMigrations: readonly Migration[] = [
  createTeamsAndUsers,
  createAccounts,
  createContacts,
  createAuditLog,
  createExternalIds,
  createSearchEntries,
  createIdempotencyKeys,
  indexRecordLists,
  storeRecordLists,
  keepRecordAnswers,
  dropStoredLists,
  findOtherSpellings,
  compareTexts,
  createRecentRecords,
  createMerges,
  createDuplicatePairs,
  addVatNumber,
  createCompleteness,
  divideSearchEntries,
  addContactRoles,
];
