import type { Migration } from '@trellis-crm/sdk/migrations/v1';
import { createPipelines } from './20260110090000_create-pipelines.js';
import { createDeals } from './20260110090100_create-deals.js';
import { createAccountTerritory } from './20260110090200_create-account-territory.js';
import { indexDealLists } from './20261122161500_index-deal-lists.js';
import { keepAnswers } from './20261123010200_keep-answers.js';

/** In the order in which they run. */
export const migrations: readonly Migration[] = [
  createPipelines,
  createDeals,
  createAccountTerritory,
  indexDealLists,
  keepAnswers,
];
