import type { Context } from '@trellis-crm/sdk';
import { settings } from '../settings.js';
import { cardsPerLane, type Board, type Lane } from './board.service.js';

const dayMs = 86_400_000;

/** Template context of the board: plain values; money and dates are formatted by the templates. */
export function toBoardView(ctx: Context, board: Board): object {
  const rottenBefore = new Date(ctx.clock.now().getTime() - ctx.settings(settings).rottingDays * dayMs).toISOString();
  const targets = board.lanes.map(({ stage }) => ({ value: stage.id, label: stage.name }));
  return {
    pipelines: board.pipelines.map(({ id, name }) => ({
      label: name,
      href: `/sales/board?pipeline=${id}`,
      isCurrent: id === board.pipeline.id,
    })),
    hasSeveralPipelines: board.pipelines.length > 1,
    canMove: ctx.can('sales.deal:update'),
    newHref: '/sales/deals/new',
    lanes: board.lanes.map((lane) => toLane(lane, targets, rottenBefore)),
  };
}

function toLane(
  { stage, deals, count, totals }: Lane,
  targets: readonly { value: string; label: string }[],
  rottenBefore: string,
) {
  return {
    id: stage.id,
    title: stage.name,
    outcome: stage.outcome,
    count,
    totals,
    more: Math.max(0, count - cardsPerLane),
    moreHref: `/sales/deals?filter[stage]=${stage.id}`,
    cards: deals.map((deal) => ({
      id: deal.id,
      title: deal.name,
      href: `/sales/deals/${deal.id}`,
      account: nameOf(deal.account),
      owner: nameOf(deal.owner),
      amount: deal.amount,
      closeOn: deal.closeOn,
      isRotting: deal.status === 'open' && deal.updatedAt < rottenBefore,
      moveHref: `/sales/deals/${deal.id}/stage`,
      targets: targets.filter(({ value }) => value !== stage.id),
    })),
  };
}

/** Name of an included record; empty where the actor may not read it. */
function nameOf(included: unknown): string {
  return typeof included === 'object' && included !== null && 'name' in included ? String(included.name) : '';
}
