import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { eventually } from '../support/eventually.js';
import type { Run } from '../support/installation.js';
import { ask, sendClosedLoop, type Answer, type Asked } from '../support/open-load.js';
import { serverProcessesOf } from '../support/process-table.js';
import { isFullRun, timesOf } from '../support/scale.js';
import { serve, type Served } from '../support/served.js';

describe('several processes', function () {
  this.timeout(timesOf(1_200_000, 300_000));

  let served: Served;
  let worker: Run | undefined;
  let base: string;

  before(async () => {
    served = await serve(['--processes', '2']);
    base = `http://127.0.0.1:${served.installation.port}`;
    worker = await startWorker();
  });

  after(async () => {
    worker?.process.kill('SIGKILL');
    await served.stop();
  });

  it('forget a revoked token together, within a second', async () => {
    const asked = { ...accounts(), headers: { Authorization: `Bearer ${await served.issueToken('revoked')}` } };
    const before = await statuses(asked);

    await served.host.sql(`delete from core.api_tokens where name = 'revoked'`);
    const agreedMs = await agreeOn(asked, 401);

    process.stdout.write(`      agreed after ${agreedMs} ms\n`);
    expect(before).to.deep.equal([200]);
    expect(agreedMs).to.be.lessThan(5000);
  });

  // Passwords are made to be slow.
  if (isFullRun)
    it('count wrong passwords together', async () => {
      const tries = await Promise.all(Array.from({ length: 8 }, signIn));

      expect(tries.toSorted()).to.deep.equal([401, 401, 401, 401, 401, 429, 429, 429]);
    });

  it('follow a plugin that a command switches, within a second', async () => {
    const deals = { ...accounts(), url: `${base}/api/v1/sales/deals` };
    const before = await statuses(deals);

    await trellis(['plugin', 'enable', 'sales']);
    const enabledMs = await agreeOn(deals, 200);
    await trellis(['plugin', 'disable', 'sales']);
    const disabledMs = await agreeOn(deals, 404);

    process.stdout.write(`      followed after ${enabledMs} and ${disabledMs} ms\n`);
    expect(before).to.deep.equal([404]);
    expect(Math.max(enabledMs, disabledMs)).to.be.lessThan(5000);
  });

  it('are replaced one by one without a failed request', async () => {
    const supervisor = await served.installation.supervisorPid();
    let answered = 0;
    for (let round = 0; round < timesOf(10, 1); round += 1) {
      const old = serverProcessesOf(supervisor);
      const load = sendUntil(() => !serverProcessesOf(supervisor).some((pid) => old.includes(pid)));

      await trellis(['restart']);
      const answers = await load;

      expect(serverProcessesOf(supervisor)).to.have.length(2).and.not.include.members(old);
      expect(answers.length).to.be.greaterThan(50);
      expect(answers.filter(({ status }) => status !== 200)).to.deep.equal([]);
      answered += answers.length;
    }
    process.stdout.write(`      ${timesOf(10, 1)} replacements, ${answered} requests, none failed\n`);
  });

  it('cost requests when they are killed instead, which the load above would have noticed', async () => {
    const supervisor = await served.installation.supervisorPid();
    const victims = serverProcessesOf(supervisor);
    const load = sendUntil(() => !serverProcessesOf(supervisor).some((pid) => victims.includes(pid)), 3000);
    await sleep(200);

    for (const pid of victims) process.kill(pid, 'SIGKILL');

    expect((await load).filter(({ status }) => status !== 200)).to.not.deep.equal([]);
    await eventually(async () => expect(await statuses(accounts())).to.deep.equal([200]));
  });

  it('finish what runs when they are told to stop', async () => {
    const begun = slowPost();
    await sleep(200);
    const toldAt = performance.now();
    served.run.process.kill('SIGTERM');
    worker?.process.kill('SIGTERM');

    const [status, serverCode, workerCode] = await Promise.all([begun, served.run.ended(), worker?.ended()]);

    const tookMs = Math.round(performance.now() - toldAt);
    if (isFullRun) process.stdout.write(`      stopped after ${tookMs} ms\n`);
    expect([status, serverCode, workerCode]).to.deep.equal([201, 0, 0]);
    expect(tookMs).to.be.lessThan(20_000);
  });

  function accounts(): Asked {
    return { url: `${base}/api/v1/accounts`, headers: { Authorization: `Bearer ${served.token}` } };
  }

  async function startWorker(): Promise<Run> {
    const run = served.installation.run(['worker'], environment());
    await eventually(async () => expect(run.output()).to.contain('works in process'));
    return run;
  }

  function environment(): Record<string, string> {
    return { DATABASE_URL: served.host.database.url, TRELLIS_LOG_LEVEL: 'error' };
  }

  async function trellis(args: readonly string[]): Promise<void> {
    const run = served.installation.run(args, environment());
    expect(await run.ended(), run.output()).to.equal(0);
  }

  /** Over connections of their own, which go to the processes in turn. */
  async function statuses(asked: Asked): Promise<number[]> {
    const answers = await Promise.all(Array.from({ length: 8 }, () => ask(asked)));
    return [...new Set(answers.map(({ status }) => status))];
  }

  /** @returns how long it took until all processes gave this status */
  async function agreeOn(asked: Asked, status: number): Promise<number> {
    const startedAt = performance.now();
    await eventually(async () => expect(await statuses(asked)).to.deep.equal([status]));
    return Math.round(performance.now() - startedAt);
  }

  async function signIn(): Promise<number> {
    const body = JSON.stringify({ email: 'nobody@example.com', password: 'wrong password' });
    const headers = { 'Content-Type': 'application/json', Connection: 'close' };
    return (await fetch(`${base}/api/v1/session`, { method: 'POST', headers, body })).status;
  }

  async function sendUntil(isOver: () => boolean, patienceMs = 20_000): Promise<readonly Answer[]> {
    const answers: Answer[] = [];
    for (let wasOver = false; ;) {
      const isLast = wasOver;
      wasOver = isOver();
      answers.push(
        ...(await sendClosedLoop({ ...accounts(), patienceMs }, { connections: 8, durationMs: timesOf(500, 250) })),
      );
      if (isLast) return answers;
    }
  }

  /** A request whose body takes a second, so that it is under way when the signal comes. */
  function slowPost(): Promise<number> {
    const body = JSON.stringify({ name: 'Begun before, finished after' });
    const headers = {
      ...accounts().headers,
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(body),
    };
    return new Promise((resolve, reject) => {
      const outgoing = request(accounts().url, { method: 'POST', headers, agent: new Agent() }, (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      });
      outgoing.on('error', reject);
      outgoing.write(body.slice(0, 10));
      setTimeout(() => outgoing.end(body.slice(10)), 1000);
    });
  }
});
