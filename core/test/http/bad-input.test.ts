import { request } from 'node:http';
import { Type, Uuid } from '@trellis-crm/sdk';
import { expect } from 'chai';
import { buildEndpoint, startLab, type HttpLab } from './http-lab.js';

const Thing = Type.Object(
  {
    name: Type.String({ maxLength: 10 }),
    kind: Type.Optional(Type.Union([Type.Literal('a'), Type.Literal('b')])),
    size: Type.Optional(Type.Union([Type.Integer({ minimum: 0 }), Type.Null()])),
    inner: Type.Optional(Type.Any()),
  },
  { additionalProperties: false },
);
const Page = Type.Object({ limit: Type.Optional(Type.Integer()) }, { additionalProperties: false });

interface ProblemBody {
  readonly status: number;
  readonly code: string;
  readonly errors?: readonly { readonly pointer: string; readonly code: string }[];
}

type Bytes = string | Uint8Array<ArrayBuffer>;

const onePath = '/api/v1/things/0190a0e0-0000-7000-8000-000000000000';

describe('input of an API endpoint', () => {
  let lab: HttpLab;
  before(async () => {
    lab = await startLab([
      buildEndpoint({ method: 'POST', path: '/api/v1/things', input: { body: { kind: 'json', schema: Thing } } }),
      buildEndpoint({ path: '/api/v1/things/:id', input: { params: { id: Uuid }, query: Page } }),
      buildEndpoint({ path: '/api/v1/any', input: { query: 'any' } }),
      buildEndpoint({ method: 'DELETE', path: '/api/v1/things/:id' }),
    ]);
  });
  after(() => lab.close());

  const post = async (body: Bytes, headers: Record<string, string> = {}) => {
    const init = { method: 'POST', body, headers: { 'Content-Type': 'application/json', ...headers } };
    const response = await lab.fetch('/api/v1/things', init);
    const problem = (await response.json()) as ProblemBody;
    return { status: response.status, type: response.headers.get('content-type'), problem };
  };

  it('takes what fits', async () => {
    const { status, problem } = await post('{"name":"x","kind":"a","size":null}', { 'If-Match': '"7"' });

    expect(status).to.equal(200);
    expect(problem).to.deep.include({ body: { name: 'x', kind: 'a', size: null }, ifVersion: 7 });
  });

  const refusals: [string, Bytes, number, string, string?][] = [
    ['broken JSON', '{"name":', 400, 'malformed_json'],
    ['no body at all', '', 400, 'malformed_json'],
    ['bytes that are no UTF-8', new Uint8Array([0x7b, 0xff, 0x7d]), 400, 'body_not_utf8'],
    [
      'a __proto__ key',
      '{"name":"x","inner":{"__proto__":{"admin":true}}}',
      400,
      'key_not_allowed',
      '/inner/__proto__',
    ],
    ['deep nesting', `{"name":"x","inner":${'['.repeat(100)}${']'.repeat(100)}}`, 400, 'nested_too_deep'],
    ['nesting that would end the stack', '['.repeat(200_000) + ']'.repeat(200_000), 400, 'nested_too_deep'],
    ['more values than anybody needs', `[${'1,'.repeat(60_000)}1]`, 413, 'too_many_values'],
    ['a body over 1 MiB', `{"name":"${'x'.repeat(1_100_000)}"}`, 413, 'body_too_large'],
    ['an unknown field', '{"name":"x","color":"red"}', 422, 'not_valid', '/color unknown_field'],
    ['a missing field', '{}', 422, 'not_valid', '/name required'],
    ['a wrong type', '{"name":7}', 422, 'not_valid', '/name wrong_type'],
    ['another root than an object', '[]', 422, 'not_valid', ' wrong_type'],
    ['a text that is too long', '{"name":"12345678901"}', 422, 'not_valid', '/name too_long'],
    ['a wrong option', '{"name":"x","kind":"c"}', 422, 'not_valid', '/kind not_an_option'],
    ['a number below its minimum', '{"name":"x","size":-1}', 422, 'not_valid', '/size too_small'],
    ['a wrong type among alternatives', '{"name":"x","size":"1"}', 422, 'not_valid', '/size wrong_type'],
    ['a NUL character', '{"name":"a\\u0000b"}', 422, 'not_valid', '/name not_storable'],
    ['half a surrogate pair', '{"name":"a\\ud800"}', 422, 'not_valid', '/name not_storable'],
    ['a number beyond all numbers', '{"name":"x","inner":1e999}', 422, 'not_valid', '/inner too_large'],
  ];
  for (const [what, body, status, code, pointer] of refusals) {
    it(`refuses ${what} with ${status} ${code}`, async () => {
      const answered = await post(body);

      expect(answered).to.deep.include({ status, type: 'application/problem+json; charset=utf-8' });
      expect(answered.problem).to.include({ status, code });
      const [first] = answered.problem.errors ?? [];
      if (pointer !== undefined) expect(`${first?.pointer} ${first?.code}`).to.match(new RegExp(`^${pointer}`));
      expect(answered.problem.errors ?? []).to.have.length.lessThan(2);
    });
  }

  it('refuses other content types, encodings and character sets with 415', async () => {
    const answers = await Promise.all([
      post('{}', { 'Content-Type': 'text/plain' }),
      post('name=x', { 'Content-Type': 'application/x-www-form-urlencoded' }),
      post('{}', { 'Content-Encoding': 'gzip' }),
      post('{}', { 'Content-Type': 'application/json; charset=latin1' }),
    ]);

    expect(answers.map(({ status }) => status)).to.deep.equal([415, 415, 415, 415]);
  });

  it('names at most 20 problems of one body', async () => {
    const fields = Array.from({ length: 50 }, (_, place) => [`f${place}`, 1]);

    const { problem } = await post(JSON.stringify(Object.fromEntries(fields)));

    expect(problem.errors).to.have.length(20);
  });

  const queries: [string, string, string, string?][] = [
    ['an unknown parameter', '?color=red', 'unknown_parameter', '?color'],
    ['a parameter given twice', '?limit=1&limit=2', 'duplicate_parameter', '?limit'],
    ['a parameter of the wrong type', '?limit=many', 'invalid_parameter', '?limit'],
    ['broken percent-encoding', '?limit=%zz', 'malformed_query'],
    ['percent-encoding that is no UTF-8', '?limit=%ff', 'malformed_query'],
    ['a NUL', '?limit=%00', 'malformed_query'],
  ];
  for (const [what, query, code, pointer] of queries) {
    it(`refuses ${what} in the query with 400 ${code}`, async () => {
      const response = await lab.fetch(onePath + query);

      const problem = (await response.json()) as ProblemBody;
      expect(response.status).to.equal(400);
      expect(problem.code).to.equal(code);
      if (pointer !== undefined) expect(problem.errors?.[0]?.pointer).to.equal(pointer);
    });
  }

  it('turns texts of the query into what the schema says', async () => {
    const response = await lab.fetch(`${onePath}?limit=5`);

    expect(await response.json()).to.deep.include({ query: { limit: 5 } });
  });

  it('hands an unchecked query on as it is, and no name in it means anything to JavaScript', async () => {
    const response = await lab.fetch('/api/v1/any?filter%5Bname%5D=a+b&__proto__=x&constructor=y');

    expect(await response.text()).to.contain('"query":{"filter[name]":"a b","__proto__":"x","constructor":"y"}');
  });

  it('answers 404 for an id that is none and 400 for a path that cannot be decoded', async () => {
    const [noId, broken] = await Promise.all([lab.fetch('/api/v1/things/7'), lab.fetch('/api/v1/things/%ff')]);

    expect([noId.status, broken.status]).to.deep.equal([404, 400]);
  });

  it('refuses a body where none belongs and an If-Match that is no version', async () => {
    const json = { 'Content-Type': 'application/json' };
    const withBody = await lab.fetch(onePath, { method: 'DELETE', body: '{}', headers: json });
    const withTag = await lab.fetch(onePath, { method: 'DELETE', headers: { 'If-Match': 'W/"7"' } });

    expect([withBody.status, withTag.status]).to.deep.equal([400, 400]);
  });

  it('survives a body that breaks off', async () => {
    await breakOff(lab.base);

    expect((await lab.fetch('/healthz')).status).to.equal(200);
  });
});

/** Sends half of a body and hangs up. */
function breakOff(base: string): Promise<void> {
  return new Promise((resolve) => {
    const headers = { 'Content-Type': 'application/json', 'Content-Length': '100' };
    const half = request(`${base}/api/v1/things`, { method: 'POST', headers });
    half.on('error', () => undefined).on('close', () => resolve());
    half.write('{"name":', () => half.destroy());
  });
}
