import { expect } from 'chai';
import { textsIn } from '../../dist/pages/list/record-texts.js';
import { readTitles } from '../../dist/pages/list/title-texts.js';

const id = (number: number): string => `00000000-0000-7000-8000-${String(number).padStart(12, '0')}`;
const page = { next: null, count: 3, countIsCapped: false };

/** What a text must not be taken for: the next record, the end of them, titles. */
const hostile = ['},{"id":"', '"}],"page":{"next":null},"titles":{', '\\"},{\\"id\\":\\"', '"\\', '{}', '名', ',\n'];

/** As the record layer writes it. */
const written = (data: readonly object[], titles?: object): string => {
  const records = data.map((record) => JSON.stringify(record)).join(',\n');
  return `{"data":[${records}],"page":${JSON.stringify(page)}${titles ? `,"titles":${JSON.stringify(titles)}` : ''}}`;
};

describe('the records of a list’s answer', () => {
  it('are found unread, whatever they hold', () => {
    const entries = [{ id: id(9) }, { id: id(8) }];
    const records = hostile.map((name, place) => ({ id: id(place), name, entries, json: { data: [], page: {} } }));
    const titles = { 'core.account': { [id(7)]: hostile.join() } };

    const found = textsIn(written(records, titles));

    expect(found.texts.map((text) => JSON.parse(text) as unknown)).to.deep.equal(records);
    expect(JSON.parse(found.page)).to.deep.equal(page);
    expect(JSON.parse(found.titles)).to.deep.equal(titles);
  });

  it('may be none, or one, without titles', () => {
    for (const data of [[], [{ id: id(1), name: 'one' }]]) {
      const found = textsIn(written(data));

      expect(found.texts.map((text) => JSON.parse(text) as unknown)).to.deep.equal(data);
      expect([JSON.parse(found.page), found.titles]).to.deep.equal([page, '']);
    }
  });

  it('are written where the answer is not yet', () => {
    const data = [{ id: id(1) }, { id: id(2) }];

    expect(textsIn({ data, page })).to.deep.equal(textsIn(written(data)));
    expect(textsIn({ data, page, titles: {} })).to.deep.equal(textsIn(written(data, {})));
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
