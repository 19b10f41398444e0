import { expect } from 'chai';
import { operationsOf, type OpenApi, type Operation } from './fuzz/document.js';
import { createLabWorld, type World } from './support/world.js';

describe('GET /api/v1/openapi.json', () => {
  let world: World;
  let operations: ReadonlyMap<string, Operation>;

  before(async () => {
    world = await createLabWorld();
    const { body } = await world.host.as(world.host.admin).get('/api/v1/openapi.json');
    operations = operationsOf(body as unknown as OpenApi);
  });
  after(() => world.close());

  it('describes every route of the API, plugins included, and nothing else', () => {
    const served = [...world.inventory].filter(([, { surface }]) => surface === 'api').map(([key]) => key);

    expect([...operations.keys()]).to.have.members(served);
  });

  it('names every operation once, and says what it answers when it succeeds', () => {
    const all = [...operations.values()];

    expect(new Set(all.map(({ operationId }) => operationId))).to.have.property('size', all.length);
    for (const { operationId, responses } of all)
      expect(
        Object.keys(responses).filter((status) => status.startsWith('2')),
        operationId,
      ).to.not.be.empty;
  });

  it('declares every refusal that can occur, each with its problem document', () => {
    for (const [key, operation] of operations) {
      const declared = Object.keys(operation.responses);
      expect(declared, key).to.include.members(refusalsOf(key, operation));
      expect(declared, `${key} leaves nothing open`).to.not.include('default').and.not.include('500');
      const problems = Object.entries(operation.responses).filter(([status]) => Number(status) >= 400);
      for (const [status, { content = {} }] of problems)
        expect(Object.keys(content), `${key} ${status}`).to.deep.equal(['application/problem+json']);
    }
  });

  it('has a version header on every change of a known version', () => {
    const versioned = [...operations.values()].filter(({ responses }) => '428' in responses);

    expect(versioned.length).to.be.greaterThan(10);
    for (const { operationId, parameters, responses } of versioned) {
      expect(
        parameters.map(({ name }) => name),
        operationId,
      ).to.include('If-Match');
      expect(responses, operationId).to.have.property('412');
    }
  });
});

/** What HTTP and the pipeline say to any such request. */
function refusalsOf(key: string, { method, path }: Operation): readonly string[] {
  const isRecordChange =
    /^(PATCH|DELETE) \/api\/v1\/(accounts|contacts|activities|users|teams|sales\/\w+|lab\/\w+)\/:id$/.test(key);
  return [
    ...['400', '401', '415', '503'],
    ...(path.includes('{') ? ['404'] : []),
    ...(method === 'GET' ? [] : ['403', '409', '422']),
    ...(isRecordChange ? ['412', '428'] : []),
    ...(/^POST \/api\/v1\/(session|me\/password)$/.test(key) ? ['429'] : []),
  ];
}
