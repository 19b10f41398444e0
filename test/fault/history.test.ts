import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { eventually } from '../support/eventually.js';
import { FaultServer } from '../support/fault-server.js';
import { randomFrom, timesOf } from '../support/scale.js';

const operations = timesOf(10_000);
const kills = timesOf(40);
const clients = 16;
const startValue = 1_000_000;

/** What the clients know of a record at the end. */
interface Applied {
  /** Versions that were acknowledged, by record. */
  readonly versions: Map<string, number[]>;
  readonly unexpected: number[];
}

/** The same, with how often the app was killed meanwhile. */
interface Worked extends Applied {
  readonly killed: number;
}

describe('the history of records that 16 clients change while the app is killed', function () {
  this.timeout(120_000 + kills * 20_000 + operations * 100);

  let server: FaultServer;

  before(async () => {
    server = await FaultServer.start();
    for (const plugin of ['well-behaved', 'forgetful'])
      await server.enable(plugin, ['core.account:read', 'core.account:update']);
  });

  after(() => server.close());

  async function createAccounts(count: number): Promise<string[]> {
    const made = Array.from({ length: count }, (_, number) =>
      server.ask('POST', '/api/v1/accounts', { body: { name: `Account ${number}`, employees: startValue } }),
    );
    return (await Promise.all(made)).map(({ body }) => body.id);
  }

  /** Adds one to what it read, unless somebody was faster. @returns whether it was done */
  async function increment(id: string, applied: Applied): Promise<boolean> {
    const read = await server.ask('GET', `/api/v1/accounts/${id}`).catch(() => undefined);
    if (read?.status !== 200) return false;
    const headers = { 'if-match': `"${read.body.version}"` };
    const body = { employees: read.body.employees + 1 };
    const answer = await server.ask('PATCH', `/api/v1/accounts/${id}`, { body, headers }).catch(() => undefined);
    if (answer === undefined) return false;
    if (answer.status === 200) applied.versions.get(id)?.push(answer.body.version);
    else if (![409, 412, 503].includes(answer.status)) applied.unexpected.push(answer.status);
    return answer.status === 200;
  }

  async function transfer(from: string, to: string, amount: number): Promise<boolean> {
    const body = { from, to, amount };
    const answer = await server.ask('POST', '/api/v1/well-behaved/transfer', { body }).catch(() => undefined);
    return answer?.status === 201;
  }

  /** Each client goes on until all together have done their operations. */
  async function work(counters: readonly string[], purses: readonly string[]): Promise<Worked> {
    const applied: Applied = { versions: new Map(counters.map((id) => [id, []])), unexpected: [] };
    let left = operations;
    const act = async (random: () => number): Promise<boolean> => {
      const pick = (ids: readonly string[]): string => ids[Math.floor(random() * ids.length)] ?? '';
      if (random() < 0.5) return increment(pick(counters), applied);
      const from = pick(purses);
      return transfer(from, pick(purses.filter((id) => id !== from)), Math.ceil(random() * 100));
    };
    const run = async (client: number): Promise<void> => {
      const random = randomFrom(100 + client);
      while (left > 0) {
        if (await act(random)) left -= 1;
        else await sleep(50);
      }
    };
    const all = Promise.all(Array.from({ length: clients }, (_, client) => run(client)));
    const [killed] = await Promise.all([killNowAndThen(() => left <= 0), all]);
    return { ...applied, killed };
  }

  /** @returns how many processes were killed, each seen to be gone */
  async function killNowAndThen(isOver: () => boolean): Promise<number> {
    let killed = 0;
    for (; killed < kills && !(killed > 0 && isOver()); killed += 1) {
      await sleep(300);
      const [victim = 0] = await server.processes();
      process.kill(victim, 'SIGKILL');
      await server.untilReady();
      await eventually(async () => expect(await server.processes()).to.not.include(victim));
    }
    return killed;
  }

  /** Values that do not follow from the versions: each change adds one. */
  function findLostUpdates(ids: readonly string[]): Promise<object[]> {
    return server.sql(
      'select id, version, employees from core.accounts where id = any($1) and employees - $2 <> version - 1',
      [ids, startValue],
    );
  }

  /** Records whose audited versions are not 1, 2, 3 … up to the present one. */
  function findGaps(ids: readonly string[]): Promise<object[]> {
    return server.sql(
      `select accounts.id from core.accounts join core.audit_log on audit_log.record_id = accounts.id
       where accounts.id = any($1) group by accounts.id, accounts.version
       having count(*) <> accounts.version or count(distinct record_version) <> accounts.version
         or min(record_version) <> 1 or max(record_version) <> accounts.version`,
      [ids],
    );
  }

  it(`has no lost update, no gap and exact sums after ${operations} operations and ${kills} kills`, async () => {
    const [counters, purses] = [await createAccounts(8), await createAccounts(8)];

    const { versions, unexpected, killed } = await work(counters, purses);

    expect(killed).to.equal(kills);
    expect(unexpected).to.deep.equal([]);
    expect(await findLostUpdates(counters)).to.deep.equal([]);
    expect(await findGaps([...counters, ...purses])).to.deep.equal([]);
    for (const [id, acknowledged] of versions) expect(new Set(acknowledged).size, id).to.equal(acknowledged.length);
    const [sum] = await server.sql<{ sum: number }>(
      'select sum(employees)::int as sum from core.accounts where id = any($1)',
      [purses],
    );
    expect(sum?.sum).to.equal(purses.length * startValue);
    const increments = [...versions.values()].flat().length;
    process.stdout.write(
      `      ${operations} operations, ${increments} of them increments of known versions; ${killed} kills; 0 lost\n`,
    );
  });

  it('would notice an update that overwrites another', async () => {
    const [id = ''] = await createAccounts(1);

    const overwrite = () => server.ask('POST', `/api/v1/forgetful/overwriting/${id}`);
    const answers = await Promise.all([overwrite(), overwrite()]);

    expect(answers.map(({ status }) => status)).to.deep.equal([201, 201]);
    expect(await findLostUpdates([id])).to.have.length(1);
  });

  it('would notice a version that is missing in the history', async () => {
    const [id = ''] = await createAccounts(1);
    await server.sql('update core.accounts set version = version + 1 where id = $1', [id]);

    expect(await findGaps([id])).to.have.length(1);
  });
});
