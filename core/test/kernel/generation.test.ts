import {
  AccountPanels,
  defineEntity,
  definePages,
  defineRoutes,
  field,
  page,
  redirect,
  route,
  Type,
  Uuid,
} from '@trellis-crm/sdk';
import { expect } from 'chai';
import type { EndpointRequest } from '../../dist/http/endpoint.js';
import { registerModule } from '../../dist/kernel/index.js';
import { buildIdentity, buildKernel, buildModule } from './module-fixtures.js';

const Note = defineEntity('notes.note', {
  plural: 'notes',
  fields: { text: field.text({ required: true }) },
  title: 'text',
  owned: true,
});

const notes = buildModule('notes', {
  entities: [Note],
  permissions: { 'notes.note:pin': { label: 'pin', grants: { user: 'own' } } },
  register(host) {
    host.routes(
      defineRoutes({
        'GET /notes/pinned': route({ access: 'notes.note:read', handle: () => Promise.resolve({ pinned: 2 }) }),
        'POST /notes/:noteId/pin': route({
          access: 'notes.note:pin',
          params: { noteId: Uuid },
          body: Type.Object({}),
          handle: (ctx, { params }) => Promise.resolve({ pinned: params.noteId, by: ctx.actor.id }),
        }),
        'DELETE /notes/:id/pin': route({ access: 'signed-in', handle: () => Promise.resolve(undefined) }),
      }),
    );
    host.pages(
      definePages({
        'GET /wall': page({ access: 'notes.note:read', handle: () => Promise.resolve(redirect('/notes')) }),
      }),
    );
    host.panel(AccountPanels, {
      id: 'notes',
      title: 'notes',
      permission: 'notes.note:read',
      template: 'panel',
      load: () => Promise.resolve({}),
    });
  },
});

const core = buildModule('core');

function request(overrides: Partial<EndpointRequest> = {}): EndpointRequest {
  return {
    identity: buildIdentity(),
    requestId: 'r1',
    params: {},
    query: {},
    body: undefined,
    ifVersion: null,
    isPartial: false,
    signal: new AbortController().signal,
    ...overrides,
  } as EndpointRequest;
}

describe('Generation.match', () => {
  const kernel = buildKernel();
  const generation = kernel.build([registerModule(core), registerModule(notes)], ['sales']);

  it('prefers a fixed segment to a parameter and decodes what it captures', () => {
    const fixed = generation.match('GET', '/api/v1/notes/notes/pinned');
    const captured = generation.match('POST', '/api/v1/notes/notes/a%20b/pin');

    expect(fixed).to.have.nested.property('endpoint.path', '/api/v1/notes/notes/pinned');
    expect(captured).to.deep.include({ kind: 'found', params: { noteId: 'a b' } });
  });

  it('tells a wrong method from an absent path', () => {
    expect(generation.match('PATCH', '/api/v1/notes/notes/1/pin')).to.deep.equal({
      kind: 'wrong-method',
      allowed: ['DELETE', 'POST'],
    });
    expect(generation.match('GET', '/api/v1/notes/nothing')).to.deep.equal({ kind: 'absent' });
    expect(generation.match('POST', '/api/v1/notes/notes//pin')).to.deep.equal({ kind: 'absent' });
  });

  it('says that a plugin is disabled, for its API and its pages', () => {
    expect(generation.match('GET', '/api/v1/sales/deals')).to.deep.equal({ kind: 'plugin-disabled', plugin: 'sales' });
    expect(generation.match('GET', '/sales/board')).to.deep.equal({ kind: 'plugin-disabled', plugin: 'sales' });
  });

  it('runs handlers with a context of the module and the status of the method', async () => {
    const match = generation.match('POST', '/api/v1/notes/notes/7/pin');
    if (match.kind !== 'found') throw new Error(match.kind);

    const answer = await match.endpoint.handle(request({ generation, params: match.params }));

    expect(answer).to.deep.equal({ status: 201, body: JSON.stringify({ pinned: '7', by: 'u1' }) });
  });

  it('answers 204 when a handler returns nothing, and hands pages to the presenter', async () => {
    const route = generation.match('DELETE', '/api/v1/notes/notes/7/pin');
    const wall = generation.match('GET', '/notes/wall');
    if (route.kind !== 'found' || wall.kind !== 'found') throw new Error('absent');

    expect(await route.endpoint.handle(request({ generation }))).to.deep.equal({ status: 204, body: null });
    expect(await wall.endpoint.handle(request({ generation }))).to.deep.equal({
      status: 200,
      body: { kind: 'redirect', to: '/notes' },
    });
  });

  it('costs the same with 100 plugins', () => {
    const many = Array.from({ length: 100 }, (_, index) => `plug${index}`).map((id) =>
      registerModule(
        buildModule(id, {
          register: (host) =>
            host.routes({ 'GET /things': route({ access: 'signed-in', handle: () => Promise.resolve({}) }) }),
        }),
      ),
    );
    const big = kernel.build([registerModule(core), registerModule(notes), ...many]);

    expect(big.match('GET', '/api/v1/plug99/things')).to.have.property('kind', 'found');
    expect(big.endpoints).to.have.length(104);
  });
});

describe('the registries of a generation', () => {
  it('derive rights from entities and keep declared ones', () => {
    const { permissions } = buildKernel().build([registerModule(core), registerModule(notes)]);

    expect(permissions.get('notes.note:read')).to.deep.include({
      module: 'notes',
      grants: { manager: 'all', user: 'all', 'read-only': 'all' },
    });
    expect(permissions.get('notes.note:update')).to.deep.include({ grants: { manager: 'subtree', user: 'own' } });
    expect(permissions.get('notes.note:pin')).to.deep.include({ label: 'pin' });
  });

  it('order panels by their order, then by plugin', () => {
    const panel = (id: string, order?: number) => ({
      id,
      title: id,
      permission: 'notes.note:read' as const,
      template: 'p',
      load: () => Promise.resolve({}),
      ...(order === undefined ? {} : { order }),
    });
    const zebra = buildModule('zebra', {
      register: (host) => [panel('late', 200), panel('first', 1)].forEach((item) => host.panel(AccountPanels, item)),
    });

    const { panels } = buildKernel().build([core, zebra, notes].map(registerModule));

    expect(panels.get('core.account-panels')?.map(({ module, id }) => `${module}/${id}`)).to.deep.equal([
      'zebra/first',
      'notes/notes',
      'zebra/late',
    ]);
  });

  it('refuse a route whose right nobody declares', () => {
    const loose = buildModule('loose', {
      register: (host) =>
        host.routes({ 'GET /x': route({ access: 'loose.thing:see', handle: () => Promise.resolve({}) }) }),
    });

    expect(() => buildKernel().build([core, loose].map(registerModule))).to.throw(
      'GET /api/v1/loose/x asks for the right "loose.thing:see"',
    );
  });

  it('refuse a route that core already answers, and blame the plugin', () => {
    const taken = {
      method: 'GET',
      path: '/api/v1/notes/notes/:id',
      module: 'core',
      access: 'signed-in',
      surface: 'api',
      handle: () => Promise.reject(new Error()),
    } as const;
    const thief = buildModule('notes', {
      register: (host) =>
        host.routes({ 'GET /notes/:noteId': route({ access: 'signed-in', handle: () => Promise.resolve({}) }) }),
    });
    const kernel = buildKernel({ parts: { coreEndpoints: [taken] } });

    expect(() => kernel.build([core, thief].map(registerModule)))
      .to.throw('already answered')
      .with.nested.property('details.module', 'notes');
  });
});

describe('registerModule', () => {
  const declaring = (definition: Parameters<typeof buildModule>[1]) => () =>
    registerModule(buildModule('notes', definition));

  it('names the plugin whose register throws', () => {
    const broken = declaring({
      register: () => {
        throw new TypeError('no such thing');
      },
    });

    expect(broken)
      .to.throw('Plugin notes: its register() threw: no such thing')
      .with.property('code', 'registration_failed');
  });

  it('refuses what does not belong to the plugin, is there twice or is misnamed', () => {
    const Foreign = defineEntity('sales.deal', { plural: 'deals', fields: { name: field.text() }, title: 'name' });

    expect(declaring({ entities: [Foreign] })).to.throw('must begin with "notes."');
    expect(declaring({ entities: [Note, Note] })).to.throw('entity "notes.note" is declared twice');
    expect(
      declaring({
        register: (host) =>
          host.routes({ 'GET /../x': route({ access: 'public', handle: () => Promise.resolve({}) }) }),
      }),
    ).to.throw('is not METHOD /path');
    expect(declaring({ register: (host) => host.job('sweep', { cron: 'daily' }, () => Promise.resolve()) })).to.throw(
      'not five-field cron',
    );
  });

  it('refuses an async register and calls after it', () => {
    let late: (() => void) | undefined;
    registerModule(
      buildModule('notes', {
        register(host) {
          late = () => {
            host.routes({});
          };
        },
      }),
    );

    // As JavaScript may be written: the type says that nothing is returned.
    const register = (): unknown => Promise.resolve();
    expect(declaring({ register })).to.throw('must not be async');
    expect(() => late?.()).to.throw('register() is over');
  });
});
