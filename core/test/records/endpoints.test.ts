import { Account, Contact, isTrellisError, User } from '@trellis-crm/sdk';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { expect } from 'chai';
import type { Endpoint, EndpointRequest, EndpointResponse, Method } from '../../dist/http/endpoint.js';
import { buildOpenApi } from '../../dist/records/index.js';
import { Sample } from './lab.js';
import { openRecordHost, operator, type RecordHost } from './record-host.js';
import { rejection } from './rejection.js';

/** An answer may be JSON already. */
const jsonOf = (body: EndpointResponse['body']): EndpointResponse['body'] =>
  typeof body === 'string' ? (JSON.parse(body) as object) : body;

/** JSON as tests read it. */
type Json = { readonly [key: string]: Json };

const ajv = new Ajv2020({ strict: false });
const validators = new WeakMap<object, ReturnType<typeof ajv.compile>>();
addFormats.default(ajv);

describe('REST of an entity', () => {
  let host: RecordHost;

  before(async () => {
    host = await openRecordHost();
  });

  after(() => host.close());

  /** Calls an endpoint as the pipeline would, and holds its answer against its own schema. */
  const call = async (
    method: Method,
    path: string,
    options: { id?: string; query?: Record<string, string>; body?: unknown; ifVersion?: number | '*' } = {},
  ): Promise<EndpointResponse & { readonly body: Json }> => {
    const endpoint = host.generation.endpoints.find(
      (candidate) => candidate.method === method && candidate.path === path,
    );
    if (endpoint === undefined) throw new Error(`no ${method} ${path}`);
    const request = {
      generation: host.generation,
      identity: operator,
      requestId: 'r1',
      params: { id: options.id ?? '' },
      query: options.query ?? {},
      body: options.body,
      ifVersion: options.ifVersion ?? null,
    } as unknown as EndpointRequest;
    const answered = await endpoint.handle(request);
    const response = { ...answered, body: jsonOf(answered.body) };
    assertFits(endpoint, response);
    return response as EndpointResponse & { readonly body: Json };
  };

  const assertFits = ({ description }: Endpoint, { status, body }: EndpointResponse): void => {
    const schema = description?.answers[status];
    expect(schema, `status ${status} is described`).to.not.equal(undefined);
    if (schema === null || schema === undefined) return void expect(body).to.equal(null);
    const validate = validators.get(schema) ?? ajv.compile(JSON.parse(JSON.stringify(schema)) as object);
    validators.set(schema, validate);
    expect(validate(JSON.parse(JSON.stringify(body))), JSON.stringify(validate.errors)).to.equal(true);
  };

  it('creates with 201, Location and ETag', async () => {
    const { status, headers, body } = await call('POST', '/api/v1/accounts', {
      body: { name: 'Acme', lab: { grade: 'a' } },
    });

    expect(status).to.equal(201);
    expect(headers).to.deep.equal({
      ETag: '"1"',
      Location: `/api/v1/accounts/${JSON.parse(JSON.stringify(body['id'])) as string}`,
    });
    expect(body['lab']).to.have.property('grade', 'a');
  });

  it('knows no extras in JSON', async () => {
    const error = await rejection(
      call('POST', '/api/v1/accounts', { body: { name: 'x', extras: { lab: { grade: 'a' } } } }),
    );

    expect(error.errors).to.deep.equal([{ pointer: '/extras', code: 'unknown_field', message: 'is not a field' }]);
  });

  it('reads with include, changes with If-Match, trashes and restores', async () => {
    const account = await host.records(Account).create({ name: 'Parent' });
    const child = await host.records(Account).create({ name: 'Child', parent: account.id });
    const path = '/api/v1/accounts/:id';

    const read = await call('GET', path, { id: child.id, query: { include: 'parent,owner,createdBy' } });
    const patched = await call('PATCH', path, { id: child.id, body: { industry: 'steel' }, ifVersion: 1 });
    const unversioned = await rejection(call('PATCH', path, { id: child.id, body: {} }));
    const stale = await rejection(call('DELETE', path, { id: child.id, ifVersion: 1 }));
    const forced = await call('DELETE', path, { id: child.id, ifVersion: '*' });
    const gone = await rejection(call('GET', path, { id: child.id }));
    const restored = await call('POST', `${path}/restoration`, { id: child.id });

    expect(read.body['parent']).to.have.property('name', 'Parent');
    expect(patched.headers).to.deep.equal({ ETag: '"2"' });
    expect([unversioned.status, stale.status, forced.status, gone.status]).to.deep.equal([428, 412, 204, 404]);
    expect(restored.body).to.include({ industry: 'steel', version: 4 });
  });

  it('lists and aggregates with answers that fit their schemas', async () => {
    const contact = await host.records(Contact).create({ name: 'Ann', emails: [{ email: 'a@b.test' }] });
    await host.records(Sample).create({
      name: 's',
      seenAt: '2026-01-01T00:00:00Z',
      share: 1.5,
      link: 'https://münchen.de/ü',
      readings: [{ value: '1', contact: contact.id }],
    });

    const lists = [
      await call('GET', '/api/v1/lab/samples', { query: { include: 'readings.contact,owner', count: 'exact' } }),
      await call('GET', '/api/v1/lab/samples', { query: { fields: 'name,price' } }),
      await call('GET', '/api/v1/accounts', { query: { fields: 'lab.grade', limit: '1', sort: '-lab.grade' } }),
      await call('GET', '/api/v1/contacts'),
      await call('GET', '/api/v1/lab/test-methods'),
    ];
    const groups = await call('GET', '/api/v1/lab/samples/aggregate', {
      query: { group: 'state', sum: 'price', min: 'seenAt', max: 'share' },
    });

    expect(lists[0]?.body['page']).to.deep.equal({ next: null, count: 1, countIsCapped: false });
    expect(groups.body['data']).to.have.length(1);
  });

  it('offers every verb under kebab-case plurals', () => {
    const paths = host.generation.endpoints
      .filter(({ path }) => path.startsWith('/api/v1/lab/test-methods'))
      .map(({ method, path, access }) => `${method} ${path} ${access}`);

    expect(paths).to.deep.equal([
      'GET /api/v1/lab/test-methods lab.method:read',
      'GET /api/v1/lab/test-methods/:id lab.method:read',
      'GET /api/v1/lab/test-methods/aggregate lab.method:read',
      'POST /api/v1/lab/test-methods lab.method:create',
      'PATCH /api/v1/lab/test-methods/:id lab.method:update',
      'DELETE /api/v1/lab/test-methods/:id lab.method:delete',
      'GET /api/v1/lab/test-methods/trash lab.method:delete',
      'POST /api/v1/lab/test-methods/:id/restoration lab.method:delete',
    ]);
  });

  it('refuses roles and credentials of users as input', async () => {
    const error = await rejection(
      call('POST', '/api/v1/users', { body: { name: 'Eve', role: 'admin', status: 'active', password: 'x' } }),
    );

    expect(error.errors.map(({ pointer, code }) => `${pointer} ${code}`)).to.have.members([
      '/role read_only',
      '/status read_only',
      '/password unknown_field',
    ]);
    expect(await host.query(User).where({ name: 'Eve' }).count()).to.equal(0);
  });

  it('never answers a query it does not know with anything but 400', async () => {
    const values = [
      "'",
      '"',
      '\\',
      '%',
      '\u0001',
      '𝄞',
      '-1',
      '1e9',
      'null',
      '[]',
      '{}',
      'a'.repeat(5000),
      '0'.repeat(60),
      '9'.repeat(40),
    ];
    const targets = [...host.entity(Sample).fields.keys(), 'readings.value', 'readings.at', 'price.currency'];
    const operators = ['', '[ne]', '[in]', '[gte]', '[contains]', '[startsWith]', '[empty]'];
    for (const value of values) {
      for (const target of targets) {
        const query = Object.fromEntries(
          operators.slice(0, 7).map((operator) => [`filter[${target}]${operator}`, value]),
        );
        for (const [name, text] of Object.entries(query)) {
          const outcome = await call('GET', '/api/v1/lab/samples', {
            query: { [name]: text, limit: '1', count: 'none' },
          }).then(
            () => 200,
            (error: unknown) => (isTrellisError(error) ? error.status : error),
          );
          expect(outcome, `${name}=${text}`).to.be.oneOf([200, 400]);
        }
      }
    }
  }).timeout(20_000);
});

describe('GET /api/v1/openapi.json', () => {
  let host: RecordHost;

  before(async () => {
    host = await openRecordHost();
  });

  after(() => host.close());

  it('describes every endpoint with schemas that compile, parameters for every placeholder and unique names', () => {
    const document = JSON.parse(JSON.stringify(buildOpenApi(host.generation.endpoints))) as Json;
    const operations = Object.entries(document['paths'] ?? {}).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
    );

    expect(document['openapi']).to.equal('3.1.0');
    expect(operations).to.have.length(host.generation.endpoints.length);
    expect(new Set(operations.map(({ operation }) => operation['operationId']))).to.have.property(
      'size',
      operations.length,
    );
    for (const { path, operation } of operations) {
      const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const declared = Object.values(operation['parameters'] ?? {}) as unknown as readonly {
        in: string;
        name: string;
        schema: object;
      }[];
      expect(declared.filter((parameter) => parameter.in === 'path').map(({ name }) => name)).to.deep.equal(names);
      for (const { schema } of declared) ajv.compile(schema);
      const bodies = [operation['requestBody'], ...Object.values(operation['responses'] ?? {})].flatMap((body) =>
        Object.values(body?.['content'] ?? {}),
      );
      for (const { schema } of bodies as unknown as readonly { schema: Json }[])
        if (!('$ref' in schema)) ajv.compile(schema);
    }
  });

  it('is answered as a document of the current generation', async () => {
    const endpoint = host.generation.endpoints.find(({ path }) => path === '/api/v1/openapi.json');

    const response = await endpoint?.handle({ generation: host.generation } as EndpointRequest);

    expect(endpoint?.access).to.equal('signed-in');
    expect(JSON.parse(response?.body as string)).to.have.property('paths');
  });
});
