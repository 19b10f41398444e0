import type { Context } from '@trellis-crm/sdk';
import { nameOf } from '../included-name.js';
import { settings } from '../settings.js';
import { cardsPerLane, type Board, type Lane } from './board.service.js';

const dayMs = 86_400_000;

interface Target {
  readonly value: string;
  readonly label: string;
}

/** Template context of the board, as `ui-board` takes it. */
export function toBoardView(ctx: Context, board: Board): object {
  const { rottingDays } = ctx.settings(settings);
  const rottenBefore = new Date(ctx.clock.now().getTime() - rottingDays * dayMs).toISOString();
  const canMove = ctx.can('sales.deal:update');
  const targets = board.lanes.map(({ stage }) => ({ value: stage.id, label: stage.name }));
  return {
    label: ctx.t('board.title'),
    pipelines: board.pipelines.map(({ id, name }) => ({
      label: name,
      href: `/sales/board?pipeline=${id}`,
      isCurrent: id === board.pipeline.id,
    })),
    hasSeveralPipelines: board.pipelines.length > 1,
    canMove,
    canCreate: ctx.can('sales.deal:create'),
    lanes: board.lanes.map((lane) => ({
      ...toLane(ctx, lane),
      tiles: lane.deals.map((deal) => toTile(ctx, deal, { rottenBefore, targets: canMove ? targets : [] })),
    })),
  };
}

function toLane(ctx: Context, { stage, count, totals }: Lane) {
  const more = Math.max(0, count - cardsPerLane);
  return {
    id: stage.id,
    title: stage.name,
    count,
    sum: totals.map((total) => ctx.format.money(total, { compact: true })).join(' · '),
    emptyText: ctx.t('board.empty'),
    moreHref: more === 0 ? null : `/sales/deals?filter[stage]=${stage.id}`,
    moreLabel: ctx.t('board.more', { count: more }),
  };
}

function toTile(
  ctx: Context,
  deal: Lane['deals'][number],
  { rottenBefore, targets }: { readonly rottenBefore: string; readonly targets: readonly Target[] },
) {
  const isOpen = deal.status === 'open';
  const date = isOpen ? deal.closeOn : deal.closedOn;
  return {
    id: deal.id,
    title: deal.name,
    href: `/sales/deals/${deal.id}`,
    note: nameOf(deal.account),
    amount: ctx.format.money(deal.amount, { compact: true }),
    date: ctx.format.date(date, { compact: true }),
    isLate: isOpen && date !== null && date < ctx.clock.now().toISOString().slice(0, 10),
    isRotting: isOpen && deal.updatedAt < rottenBefore,
    owner: nameOf(deal.owner),
    version: null,
    moveAction: targets.length === 0 ? null : `/sales/deals/${deal.id}/stage`,
    moves: targets.filter(({ value }) => value !== deal.stage),
  };
}
