import type { BlockPatch } from '@trellis-crm/sdk';
import type { PageBlock } from '../views/page-model.js';
import { callModule, mapAtMost } from './module-call.js';
import type { PageCall } from './page-call.js';

type OwnedPatch = BlockPatch & { readonly module: string };

/**
 * Lets modules insert, replace and hide blocks of a page.
 *
 * @param page id of the page, e.g. `core.accounts-record`
 * @param facts what a patch may know about the page, e.g. the record's id
 */
export async function patchBlocks(
  call: PageCall,
  page: string,
  facts: Readonly<Record<string, unknown>>,
  blocks: readonly PageBlock[],
): Promise<readonly PageBlock[]> {
  const patches = call.request.generation.blocks.get(page) ?? [];
  const wanted = patches.filter(({ block }) => blocks.some(({ name }) => name === block));
  const made = await mapAtMost(3, wanted, (patch) => makeBlock(call, patch, facts, blocks));
  return wanted.reduce((patched, patch, place) => applyPatch(patched, patch, made[place] ?? null), blocks);
}

const patchTimeoutMs = 1000;

/** @returns null when there is nothing to put in place: hidden, nothing to show, or the module failed */
async function makeBlock(
  call: PageCall,
  patch: OwnedPatch,
  facts: Readonly<Record<string, unknown>>,
  blocks: readonly PageBlock[],
): Promise<PageBlock | null> {
  const { module, op, template, block } = patch;
  if (op === 'hide' || template === undefined) return null;
  const { render } = call;
  const outcome = await callModule(call, { module, what: `block ${block}`, timeoutMs: patchTimeoutMs }, async (ctx) => {
    const context = patch.load === undefined ? {} : await patch.load(ctx, facts);
    return context && render(`${module}:${template}`, context);
  });
  if (!outcome.isDone || outcome.value === null) return null;
  const target = blocks.find(({ name }) => name === block);
  const name = op === 'replace' ? block : `${module}-${template.replace(/[^a-z0-9]+/gi, '-')}`;
  return { name, html: outcome.value, ...(target?.column && { column: target.column }) };
}

function applyPatch(
  blocks: readonly PageBlock[],
  { op, block }: BlockPatch,
  made: PageBlock | null,
): readonly PageBlock[] {
  if (op === 'hide') return blocks.filter(({ name }) => name !== block);
  if (made === null) return blocks;
  return blocks.flatMap((current) => {
    if (current.name !== block) return [current];
    return op === 'replace' ? [made] : [current, made];
  });
}
