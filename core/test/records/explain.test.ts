import { Account } from '@trellis-crm/sdk';
import { expect } from 'chai';
import { explainedVerbs, planStatements, statementsOf } from '../../dist/records/explain/explain-statements.js';
import { searchTableOf } from '../../dist/records/search/search-tables.js';
import { Sample } from './lab.js';
import { openRecordHost, type RecordHost } from './record-host.js';

describe('the statements of an entity', () => {
  let host: RecordHost;

  before(async () => {
    host = await openRecordHost();
  });

  after(() => host.close());

  for (const verb of explainedVerbs) {
    it(`have a plan for every reach: ${verb}`, async () => {
      const { knex } = host.database;
      const explained = [...host.generation.entities.values()].filter(
        ({ search }) => verb !== 'search' || search !== null,
      );
      for (const entity of explained) {
        const planned = await planStatements(knex, statementsOf(host.generation.entities, entity, verb, knex));

        expect(planned.length).to.be.greaterThan(0);
        for (const { name, text, plan } of planned) {
          expect(plan.join('\n'), name).to.match(/cost=/);
          expect(text, name).to.contain(verb === 'search' ? searchTableOf(entity.definition.id) : entity.tableName);
          expect(text, name).not.to.contain('00000000-0000-7000-8000-000000000000');
        }
      }
    });
  }

  it('hold the right of their reach, and no other', () => {
    const { entities } = host.generation;
    const texts = new Map(
      statementsOf(entities, host.entity(Account), 'list', host.database.knex).map(({ name, text }) => [name, text]),
    );

    expect(texts.get('own: first page')).to.contain('r."owner_id" = $1').and.not.to.contain('r."team_id" =');
    expect(texts.get('team: first page')).to.contain('r."team_id" = $1').and.to.contain('r."owner_id" = $2');
    expect(texts.get('subtree: of one owner')).to.contain('r."team_id" = any($2::uuid[])');
    expect(texts.get('all: first page')).not.to.contain('$1');
    for (const text of texts.values()) expect(text).to.contain('r."deleted_at" is null');
  });

  it('find nothing of an entity that search does not know', () => {
    const { entities } = host.generation;

    expect(statementsOf(entities, host.entity(Sample), 'search', host.database.knex)).to.deep.equal([]);
    expect(statementsOf(entities, host.entity(Account), 'search', host.database.knex)).to.have.length(16);
  });

  it('stay the same however often they are asked for, so that connections know them', () => {
    const texts = () =>
      statementsOf(host.generation.entities, host.entity(Sample), 'list', host.database.knex).map(({ text }) => text);
    const first = texts();
    const kept = host.entity(Sample).reads.size;

    expect(texts()).to.deep.equal(first);
    expect(host.entity(Sample).reads.size).to.equal(kept);
  });
});
