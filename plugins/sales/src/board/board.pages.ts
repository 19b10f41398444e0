import { definePages, page, redirect, Type, Uuid, view, type Context, type MenuItem } from '@trellis-crm/sdk';
import { moveDeal } from '../deals/deal.service.js';
import { Stage } from '../pipelines/stage.entity.js';
import { loadBoard } from './board.service.js';
import { toBoardView } from './board.view.js';

const address = '/sales/board';

/** The board: one lane per stage, cards that are dragged or moved by menu. */
export const boardPages = definePages({
  'GET /board': page({
    access: 'sales.deal:read',
    query: Type.Object({ pipeline: Type.Optional(Uuid) }, { additionalProperties: false }),
    handle: (ctx, { query }) => showBoard(ctx, query.pipeline),
  }),
  'POST /deals/:dealId/stage': page({
    access: 'sales.deal:update',
    params: { dealId: Uuid },
    form: Type.Object({ stage: Uuid }, { additionalProperties: false }),
    handle: async (ctx, { params, form, isPartial }) => {
      const deal = await moveDeal(ctx, params['dealId'] ?? '', form.stage);
      const { pipeline } = await ctx.records(Stage).get(deal.stage);
      if (isPartial) return showBoard(ctx, pipeline);
      return redirect(`${address}?pipeline=${pipeline}`, ctx.t('board.moved', { name: deal.name }));
    },
  }),
});

/** The board's place in the menu, right below the deals. */
export const boardMenu: MenuItem = {
  id: 'sales.board',
  label: 'board.title',
  icon: 'layout-kanban',
  href: address,
  group: 'main',
  order: 31,
  permission: 'sales.deal:read',
};

async function showBoard(ctx: Context, pipelineId?: string) {
  const board = await loadBoard(ctx, pipelineId);
  return view('board/board', toBoardView(ctx, board), { title: ctx.t('board.title'), partial: 'board/_lanes' });
}
