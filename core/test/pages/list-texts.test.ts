import { expect } from 'chai';
import type { Field } from '@trellis-crm/sdk';
import type { CompiledEntity } from '../../dist/records/compiled-entity.js';
import { textsIn } from '../../dist/pages/list/record-texts.js';
import { readTitles } from '../../dist/pages/list/title-texts.js';

const id = (number: number): string => `00000000-0000-7000-8000-${String(number).padStart(12, '0')}`;
const page = { next: null, count: 3, countIsCapped: false };

/** What a text must not be taken for: the next record, the end of them, titles. */
const hostile = ['},{"id":"', '"}],"page":{"next":null},"titles":{', '\\"},{\\"id\\":\\"', '"\\', '{}', '名', '\n'];

const entityWith = (...fields: readonly Pick<Field, 'kind' | 'item'>[]): CompiledEntity =>
  ({ fieldList: fields.map((field) => ({ field })) }) as unknown as CompiledEntity;

describe('the records of a list’s answer', () => {
  const plain = entityWith({ kind: 'text' }, { kind: 'list', item: { account: { kind: 'ref' } } });

  it('are found unread, whatever their texts say', () => {
    const records = hostile.map((name, place) => ({ id: id(place), name, accounts: [{ account: name }, {}] }));
    const titles = { 'core.account': { [id(7)]: hostile.join() } };

    const found = textsIn(plain, JSON.stringify({ data: records, page, titles }));

    expect(found.texts.map((text) => JSON.parse(text) as unknown)).to.deep.equal(records);
    expect(JSON.parse(found.page)).to.deep.equal(page);
    expect(JSON.parse(found.titles)).to.deep.equal(titles);
  });

  it('may be none, or one, without titles', () => {
    for (const data of [[], [{ id: id(1), name: 'one' }]]) {
      const found = textsIn(plain, JSON.stringify({ data, page }));

      expect(found.texts.map((text) => JSON.parse(text) as unknown)).to.deep.equal(data);
      expect([JSON.parse(found.page), found.titles]).to.deep.equal([page, '']);
    }
  });

  it('are read where something inside one could look like the next', () => {
    const inner = [{ a: 1 }, { id: id(9) }];
    const data = [1, 2].map((number) => ({ id: id(number), inner }));
    const answer = JSON.stringify({ data, page });

    for (const unclear of [entityWith({ kind: 'json' }), entityWith({ kind: 'list', item: { id: { kind: 'text' } } })])
      expect(textsIn(unclear, answer).texts.map((text) => JSON.parse(text) as unknown)).to.deep.equal(data);
    expect(textsIn(plain, answer).texts, 'taken for clear').to.have.length(4);
  });

  it('are read where the id does not come first', () => {
    const data = [{ name: 'a', id: id(1) }];

    expect(textsIn(plain, JSON.stringify({ data, page })).texts).to.deep.equal([JSON.stringify(data[0])]);
  });
});

describe('the titles of a list’s answer', () => {
  it('are those that JSON has, as PostgreSQL writes it too', () => {
    const accounts = Object.fromEntries(hostile.map((title, place) => [id(place), title]));
    const titles = { 'core.account': accounts, 'core.user': {}, 'sales.deal': { [id(1)]: 'Other' } };
    const spaced = `{"core.account":{ "${id(1)}" : "A, \\"b\\" : {", "${id(2)}" : 12 },"core.user":{ "${id(1)}" : null }}`;

    const read = readTitles(JSON.stringify(titles));

    expect(Object.fromEntries([...read].map(([entity, byId]) => [entity, Object.fromEntries(byId)]))).to.deep.equal(
      titles,
    );
    expect([...(readTitles(spaced).get('core.account') ?? [])]).to.deep.equal([
      [id(1), 'A, "b" : {'],
      [id(2), '12'],
    ]);
    expect(readTitles(spaced).get('core.user')?.get(id(1))).to.equal('');
    expect(readTitles('')).to.have.property('size', 0);
  });
});
