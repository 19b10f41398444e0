import type { CreateOf, RecordOf } from '@trellis-crm/sdk';
import type { TestHost, TestUser } from '@trellis-crm/sdk/testing';
import { Deal } from '../dist/deals/deal.entity.js';
import { loadPipeline, type StageRecord } from '../dist/pipelines/pipeline-stages.js';

/** The plugin's folder, as the harness loads it. */
export const salesFolder: URL = new URL('../', import.meta.url);

/** Stages of the seeded pipeline, from left to right. */
export async function stagesOf(host: TestHost): Promise<readonly StageRecord[]> {
  return (await loadPipeline(await host.context('sales'))).stages;
}

/** A stage of the seeded pipeline by its name. */
export async function stageNamed(host: TestHost, name: string): Promise<StageRecord> {
  const stage = (await stagesOf(host)).find((candidate) => candidate.name === name);
  if (stage === undefined) throw new Error(`the seeded pipeline has no stage ${name}`);
  return stage;
}

/** The least valid open deal, owned by `owner`. */
export async function buildDeal(
  host: TestHost,
  overrides: Partial<CreateOf<typeof Deal>> = {},
  owner: TestUser = host.user,
): Promise<RecordOf<typeof Deal>> {
  const stage = await stageNamed(host, 'Prospecting');
  const ctx = await host.context('sales', owner);
  return ctx.records(Deal).create({ name: 'A deal', stage: stage.id, ...overrides });
}

/** The least valid account, through the API; its id. */
export async function buildAccount(
  host: TestHost,
  overrides: object = {},
  owner: TestUser = host.user,
): Promise<string> {
  const { body } = await host.as(owner).post('/api/v1/accounts', { name: 'Acme', ...overrides });
  return JSON.stringify(body['id']).replaceAll('"', '');
}
