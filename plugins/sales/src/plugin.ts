import {
  Account,
  AccountPanels,
  BriefLines,
  Commands,
  definePlugin,
  field,
  extendEntity,
  ImportTransforms,
  Menu,
  Timeline,
} from '@trellis-crm/sdk';
import { DealLost, DealWon, PipelineContract } from '@trellis-crm/sales-contract';
import { boardMenu, boardPages } from './board/board.pages.js';
import { Deal } from './deals/deal.entity.js';
import { openDealsBriefs } from './deals/open-deals.brief.js';
import { closedDeals } from './deals/deal.timeline.js';
import { dealCommands } from './deals/deal.commands.js';
import { requireStageOutcome } from './deals/deal.guard.js';
import { dealRoutes } from './deals/deal.routes.js';
import { seedDemoDeals } from './demo/demo-deals.js';
import { importedDeals } from './imports/imported-deals.js';
import { migrations } from './migrations/index.js';
import { openDealsPanel } from './panels/open-deals.panel.js';
import { permissions } from './permissions.js';
import { Pipeline } from './pipelines/pipeline.entity.js';
import { createPipelineReader } from './pipelines/pipeline-reader.js';
import { seedPipeline } from './pipelines/pipeline.seed.js';
import { Stage } from './pipelines/stage.entity.js';
import { settings } from './settings.js';
import { makeCustomerOfWonAccount } from './subscribers/make-customer-of-won-account.js';

/** Deals moving through the stages of a pipeline until they are won or lost. */
export default definePlugin({
  entities: [Pipeline, Stage, Deal],
  extend: [extendEntity(Account, { territory: field.text({ max: 120, search: true }) })],
  emits: [DealWon, DealLost],
  permissions,
  settings,
  migrations,
  seed: seedPipeline,
  demo: seedDemoDeals,
  register(host) {
    host.provide(PipelineContract, createPipelineReader);
    host.routes(dealRoutes);
    host.pages(boardPages);
    host.contribute(Menu, boardMenu);
    host.panel(AccountPanels, openDealsPanel);
    host.guardAll(Deal, 'create', requireStageOutcome);
    host.guardAll(Deal, 'update', requireStageOutcome);
    host.on(DealWon, 'make-customer', makeCustomerOfWonAccount);
    host.live(DealWon, ({ dealId }) => ({ entity: Deal.id, id: dealId }));
    host.live(DealLost, ({ dealId }) => ({ entity: Deal.id, id: dealId }));
    host.contribute(ImportTransforms, importedDeals);
    for (const line of openDealsBriefs) host.contribute(BriefLines, line);
    host.contribute(Timeline, closedDeals);
    for (const command of dealCommands) host.contribute(Commands, command);
  },
});
