import { createTestHost, type TestHost } from '@trellis-crm/sdk/testing';
import { expect } from 'chai';
import { Pipeline } from '../dist/pipelines/pipeline.entity.js';
import { Stage } from '../dist/pipelines/stage.entity.js';
import { buildDeal, salesFolder } from './factories.js';

describe('POST /sales/deals/:dealId/stage', () => {
  let host: TestHost;
  let pipeline: string;
  let stages: readonly string[];
  let action: string;

  before(async () => {
    host = await createTestHost({ plugins: [salesFolder] });
    const ctx = await host.context('sales', host.admin);
    pipeline = (await ctx.records(Pipeline).create({ name: 'Renewals', position: 9 })).id;
    const names = ['Due', 'Offered'];
    const made = names.map((name, position) =>
      ctx.records(Stage).create({ name, pipeline, position: position + 1, outcome: 'open' }),
    );
    stages = (await Promise.all(made)).map(({ id }) => id);
    const deal = await buildDeal(host, { stage: stages[0] ?? '' });
    action = `/sales/deals/${deal.id}/stage`;
  });

  after(() => host.close());

  it('leads back to the board of the pipeline that the deal is in', async () => {
    const { status, headers } = await host.as(host.user).submit(action, { stage: stages[1] ?? '' });

    expect([status, headers.get('location')]).to.deep.equal([303, `/sales/board?pipeline=${pipeline}`]);
  });

  it('gives htmx the lanes of that pipeline', async () => {
    const part = { 'HX-Request': 'true', 'HX-Request-Type': 'partial' };
    const { text } = await host.as(host.user).submit(action, { stage: stages[0] ?? '' }, part);

    for (const stage of stages) expect(text).to.include(`data-lane="${stage}"`);
    expect(text).to.not.include('Prospecting');
  });
});
