import { setTimeout as pause } from 'node:timers/promises';
import {
  ConflictError,
  defineContract,
  defineEvent,
  definePermissions,
  optional,
  Type,
  type Context,
  type PluginHost,
} from '@trellis-crm/sdk';
import { expect } from 'chai';
import { pino } from 'pino';
import { openDatabase, type Database } from '../../dist/database/index.js';
import type { Identity } from '../../dist/auth/identity.js';
import {
  moduleIdentity,
  registerModule,
  type ContextScope,
  type Generation,
  type ModuleSource,
} from '../../dist/kernel/index.js';
import { createTestDatabase, type TestDatabase } from '../../dist/testing/index.js';
import { buildIdentity, buildKernel, buildModule, type BareKernel } from './module-fixtures.js';

interface Greeter {
  greet(name: string): Promise<{ text: string; by: string }>;
  leak(): Promise<unknown>;
}

const GreeterContract = defineContract<Greeter>()('greetings.greeter', '1.2.0', ['greet', 'leak']);
const Greeted = defineEvent(
  'greetings.guest-greeted',
  1,
  Type.Object({ name: Type.String() }, { additionalProperties: false }),
);

const greetings = buildModule('greetings', {
  emits: [Greeted],
  permissions: definePermissions({ 'greetings.guest:greet': { label: 'greet', grants: { user: 'own' } } }),
  register(host: PluginHost) {
    host.provide(GreeterContract, (ctx) => ({
      greet: (name) => Promise.resolve({ text: `Hello ${name}`, by: ctx.actor.id }),
      leak: () => Promise.resolve({ run: () => undefined }),
      hidden: () => Promise.resolve('secret'),
    }));
    host.job('sweep', {}, () => Promise.resolve());
  },
});

describe('a context', () => {
  let testDatabase: TestDatabase;
  let database: Database;
  let kernel: BareKernel;
  const emitted: object[] = [];

  before(async () => {
    testDatabase = await createTestDatabase();
    database = openDatabase({ url: testDatabase.url }, pino({ level: 'silent' }));
    await database.knex.raw('create table notes (text text)');
  });

  beforeEach(async () => {
    emitted.length = 0;
    await database.knex('notes').delete();
    kernel = buildKernel({
      contexts: {
        database,
        appendEvent: (_unit, event, payload) => Promise.resolve(void emitted.push({ event: event.id, payload })),
      },
      drainMs: 400,
    });
  });

  after(async () => {
    await database.close();
    await testDatabase.drop();
  });

  function start(modules: readonly ModuleSource[] = [greetings]): Generation {
    const generation = kernel.build([buildModule('core'), ...modules].map(registerModule));
    void kernel.generations.swap(generation);
    return generation;
  }

  function scopeOf(generation: Generation, module = 'greetings', identity: Identity = buildIdentity()): ContextScope {
    return { generation, module, identity, signal: new AbortController().signal };
  }

  function contextOf(module = 'greetings', identity = buildIdentity(), modules?: readonly ModuleSource[]): Context {
    return kernel.contexts.create(scopeOf(start(modules), module, identity));
  }

  const note =
    (text: string) =>
    (_tx: unknown, { trx }: { trx: Database['knex'] }) =>
      trx('notes')
        .insert({ text })
        .then(() => undefined);
  const noted = async (): Promise<unknown> => database.knex('notes').pluck('text');

  it('joins the transaction under way, on the inner and on the outer context', async () => {
    const scope = scopeOf(start());
    const outer = kernel.contexts.create(scope);

    await outer.tx(async (tx) => {
      await kernel.contexts.transaction(scope, note('first'));
      await tx.tx(() => outer.tx(() => kernel.contexts.transaction(scope, note('second'))));
      expect(await noted()).to.deep.equal([]);
    });

    expect(await noted()).to.deep.equal(['first', 'second']);
  });

  it('rolls back the whole when an inner error is caught', async () => {
    const scope = scopeOf(start());

    const outcome = await kernel.contexts
      .transaction(scope, async (tx) => {
        await kernel.contexts.transaction(scope, note('kept?'));
        await tx.tx(() => Promise.reject(new ConflictError('too_late'))).catch(() => undefined);
      })
      .catch((error: unknown) => error);

    expect(outcome).to.have.property('code', 'too_late');
    expect(await noted()).to.deep.equal([]);
  });

  it('rolls back when it was revoked before the end', async () => {
    const controller = new AbortController();
    const scope = { ...scopeOf(start()), signal: controller.signal };

    const outcome = await kernel.contexts
      .transaction(scope, async (tx, unit) => {
        await note('kept?')(tx, unit);
        controller.abort();
      })
      .catch((error: unknown) => error);

    expect(outcome).to.have.property('code', 'context_expired');
    expect(await noted()).to.deep.equal([]);
  });

  it('emits declared events with a valid payload, inside a transaction only', async () => {
    const ctx = contextOf();
    const Stranger = defineEvent('greetings.guest-lost', 1, Type.Object({}));
    const attempt = (event: typeof Greeted, payload: { name: string }): Promise<unknown> =>
      ctx.tx((tx) => tx.emit(event, payload)).catch((error: unknown) => (error as { code: string }).code);

    await ctx.tx((tx) => tx.emit(Greeted, { name: 'Ada' }));

    expect(emitted).to.deep.equal([{ event: 'greetings.guest-greeted', payload: { name: 'Ada' } }]);
    expect(await attempt(Greeted, { nick: 'Ada' } as unknown as { name: string })).to.equal('invalid_event');
    expect(await attempt(Stranger as unknown as typeof Greeted, { name: 'Ada' })).to.equal('event_not_declared');
    const outside = (ctx as unknown as { emit(event: typeof Greeted, payload: object): Promise<void> }).emit(Greeted, {
      name: 'Ada',
    });
    expect(await outside.catch((error: unknown) => (error as { code: string }).code)).to.equal(
      'emit_outside_transaction',
    );
  });

  it('answers questions about rights within their reach', () => {
    const ctx = contextOf('greetings', buildIdentity({ 'greetings.guest:greet': 'own' }));

    expect(ctx.can('greetings.guest:greet')).to.equal(true);
    expect(ctx.can('greetings.guest:greet', { owner: 'u1' })).to.equal(true);
    expect(ctx.can('greetings.guest:greet', { owner: 'u2' })).to.equal(false);
    expect(() => ctx.authorize('greetings.guest:greet', { owner: 'u2' }))
      .to.throw()
      .with.property('code', 'forbidden');
    expect(() => ctx.authorize({ permission: 'greetings.guest:greet', refuses: () => 'guest_left' }, { owner: 'u1' }))
      .to.throw()
      .with.property('code', 'guest_left');
    expect(() => ctx.can('greetings.guest:typo'))
      .to.throw()
      .with.property('code', 'permission_not_declared');
  });

  it('is elevated only after authorize, or when the plugin acts as itself', () => {
    const generation = start();
    const [, module] = generation.modules;
    if (module === undefined) throw new Error('absent');
    const user = kernel.contexts.create(
      scopeOf(generation, 'greetings', buildIdentity({ 'greetings.guest:greet': 'all' })),
    );
    const itself = kernel.contexts.create(
      scopeOf(generation, 'greetings', moduleIdentity(module, { locale: 'en', timeZone: 'UTC' })),
    );

    expect(() => user.elevated())
      .to.throw()
      .with.property('code', 'elevated_without_authorize');
    user.authorize('greetings.guest:greet');

    expect(user.elevated()).to.have.property('records');
    expect(itself.elevated()).to.have.property('records');
  });

  it('enqueues declared jobs only', async () => {
    const outcome = await contextOf()
      .jobs.add('sweeep')
      .catch((error: unknown) => error);

    expect(outcome).to.have.property('code', 'job_not_declared');
  });

  describe('use()', () => {
    const consumer = buildModule('lobby', {}, { requires: { greetings: '^1.0.0' } });
    const guest = buildModule('guest', {}, { optional: { greetings: '^1.0.0' } });

    it('calls a required contract as the same actor and lets only its methods through', async () => {
      const greeter = contextOf('lobby', buildIdentity(), [greetings, consumer]).use(GreeterContract);

      expect(await greeter.greet('Ada')).to.deep.equal({ text: 'Hello Ada', by: 'u1' });
      expect(Reflect.get(greeter, 'hidden')).to.equal(undefined);
    });

    it('gives undefined for an optional contract without provider', async () => {
      const absent = contextOf('guest', buildIdentity(), [guest]).use(optional(GreeterContract));
      const present = contextOf('guest', buildIdentity(), [greetings, guest]).use(optional(GreeterContract));

      expect(absent).to.equal(undefined);
      expect(await present?.greet('Ada')).to.have.property('text', 'Hello Ada');
    });

    it('refuses what the manifest does not name, what is only optional and what is too old', () => {
      const stranger = contextOf('stranger', buildIdentity(), [greetings, buildModule('stranger')]);
      const careless = contextOf('guest', buildIdentity(), [greetings, guest]);
      const demanding = contextOf('lobby', buildIdentity(), [greetings, consumer]);

      expect(() => stranger.use(GreeterContract))
        .to.throw()
        .with.property('code', 'contract_not_declared');
      expect(() => careless.use(GreeterContract))
        .to.throw()
        .with.property('code', 'contract_not_required');
      expect(() => demanding.use({ ...GreeterContract, version: '1.3.0' })).to.throw(
        'needs greetings.greeter ^1.3.0, but greetings provides 1.2.0',
      );
    });

    it('lets plain data through only', async () => {
      const outcome = await contextOf('lobby', buildIdentity(), [greetings, consumer])
        .use(GreeterContract)
        .leak()
        .catch((error: unknown) => error);

      expect(outcome).to.have.property('code', 'contract_not_plain');
    });

    it('ends with the provider', async () => {
      const greeter = contextOf('lobby', buildIdentity(), [greetings, consumer]).use(GreeterContract);

      await kernel.generations.swap(kernel.build([registerModule(buildModule('core'))]));
      const outcome = await greeter.greet('Ada').catch((error: unknown) => error);

      expect(outcome).to.have.property('code', 'context_expired');
    });
  });

  it('lets running calls of a disabled module finish, and revokes those that take too long', async () => {
    const generation = start();
    const call = { module: 'greetings', what: 'test', timeoutMs: 5000 };
    const outcomes: string[] = [];
    const workFor = (ms: number): Promise<void> =>
      kernel.calls.run(call, async (signal) => {
        const ctx = kernel.contexts.create({ ...scopeOf(generation), signal });
        await pause(ms);
        const outcome = ctx.tx(() => Promise.resolve('finished'));
        outcomes.push(await outcome.catch((error: unknown) => (error as { code: string }).code));
      });

    const calls = [workFor(20), workFor(900)];
    await kernel.generations.swap(kernel.build([registerModule(buildModule('core'))]));
    await Promise.all(calls);

    expect(outcomes).to.deep.equal(['finished', 'context_expired']);
  });

  it('expires with the call it was made for', async () => {
    const generation = start();
    let kept: Context | undefined;
    await kernel.calls.run({ module: 'greetings', what: 'test', timeoutMs: 1000 }, (signal) => {
      kept = kernel.contexts.create({ ...scopeOf(generation), signal });
      return Promise.resolve();
    });

    const outcome = await kept?.jobs.add('sweep').catch((error: unknown) => error);

    expect(outcome).to.have.property('code', 'context_expired');
  });
});

describe('CallRunner', () => {
  it('gives up a call that takes too long, revokes its context and books the fault on the module', async () => {
    const { calls } = buildKernel();
    let revoked = false;

    const outcome = await calls
      .run({ module: 'slow', what: 'panel', timeoutMs: 10 }, async (signal) => {
        signal.addEventListener('abort', () => (revoked = true));
        await pause(1000, undefined, { ref: false });
      })
      .catch((error: unknown) => error);

    expect(outcome).to.have.property('code', 'plugin_timeout');
    expect(revoked).to.equal(true);
    expect(calls.timings('slow')).to.deep.include({ calls: 1, faults: 1 });
    expect(calls.timings('slow').lastFault).to.include({ what: 'panel' });
  });

  it('counts bugs as faults, refusals with a meaning not', async () => {
    const { calls } = buildKernel();
    const run = (error: Error) =>
      calls.run({ module: 'notes', what: 'route', timeoutMs: 100 }, () => Promise.reject(error)).catch(() => undefined);

    await run(new ConflictError('taken'));
    await run(new TypeError('bug'));

    expect(calls.timings('notes')).to.deep.include({ calls: 2, faults: 1 });
  });

  it('waits for running calls of a module that left, and not longer than it has to', async () => {
    const { calls } = buildKernel();
    const order: string[] = [];
    void calls.run({ module: 'notes', what: 'route', timeoutMs: 1000 }, async () => {
      await pause(20);
      order.push('call');
    });

    const ended = await calls.settled('notes', 1000).then((all) => (order.push('settled'), all));
    const others = await calls.settled('sales', 1000);

    expect(order).to.deep.equal(['call', 'settled']);
    expect([ended, others]).to.deep.equal([true, true]);
  });
});
