import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { crashMarkerPath, openCrashMarker, readCrashMarker } from '../../dist/kernel/crash-marker.js';
import { createRunningCalls } from '../../dist/kernel/running-calls.js';
import { toIncident } from '../../dist/supervisor/incident.js';

const call = (module: string) => ({ module, what: `route GET /${module}` });

describe('the crash marker', () => {
  let dataDir: string;
  let path: string;

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'trellis-marker-'));
    path = crashMarkerPath(dataDir, 4711);
  });

  afterEach(() => rm(dataDir, { recursive: true, force: true }));

  it('names who has the thread, then who waits, the latest first, and nobody in the end', async () => {
    const books = createRunningCalls(openCrashMarker(path));
    const seen: unknown[] = [];
    const work = async (): Promise<void> => {
      seen.push(readCrashMarker(path)?.now?.module);
      await sleep(5);
      seen.push(readCrashMarker(path)?.waiting.map(({ module }) => module));
    };

    await Promise.all([books.run(call('notes'), work), books.run(call('wall'), work)]);

    expect(seen).to.deep.equal(['notes', 'wall', ['wall', 'notes'], ['wall']]);
    expect(readCrashMarker(path)).to.deep.equal({ now: null, waiting: [] });
  });

  it('knows whose timers and promises run, and notes nothing of core', async () => {
    const books = createRunningCalls(openCrashMarker(path));
    const later = Promise.withResolvers<unknown>();

    await books.run(call('notes'), async () => void setTimeout(() => later.resolve(books.current()?.module), 5));
    await books.run(call('core'), async () => expect(readCrashMarker(path)?.now).to.equal(null));

    expect(await later.promise).to.equal('notes');
    expect(books.current()).to.equal(undefined);
  });

  it('forgets a call that was given up and hangs for ever', async () => {
    const books = createRunningCalls(openCrashMarker(path));
    const limit = new AbortController();

    void books.run(call('notes'), () => new Promise(() => undefined), { signal: limit.signal });
    const during = readCrashMarker(path)?.waiting.length;
    limit.abort();

    expect(during).to.equal(1);
    expect(readCrashMarker(path)?.waiting).to.deep.equal([]);
  });

  it('is gone when the process ends as it should', () => {
    const marker = openCrashMarker(path);
    marker.close();
    marker.note({ now: call('notes'), waiting: [] });

    expect(readCrashMarker(path)).to.equal(undefined);
  });
});

describe('whom a death is put down to', () => {
  const now = call('notes');
  const waiting = [call('wall'), call('desk')];

  for (const [death, calls, expected] of [
    [{ code: 7, signal: null }, { now, waiting }, 'exit: notes'],
    [{ code: 7, signal: null }, { now: null, waiting }, 'exit: wall, desk'],
    [{ code: null, signal: 'SIGABRT' }, { now: null, waiting }, 'memory: wall, desk'],
    [{ code: null, signal: 'SIGSEGV' }, { now, waiting }, 'crash: notes'],
    [{ code: null, signal: 'SIGKILL', endedFor: 'standstill' }, { now: null, waiting }, 'standstill: wall, desk'],
    [{ code: null, signal: 'SIGKILL' }, { now, waiting }, 'nobody'],
    [{ code: null, signal: 'SIGKILL' }, { now: null, waiting }, 'nobody'],
    [{ code: 1, signal: null }, { now: null, waiting: [] }, 'nobody'],
    [{ code: 1, signal: null }, undefined, 'nobody'],
  ] as const) {
    it(`${JSON.stringify(death)} with ${JSON.stringify(calls?.now?.module)} is ${expected}`, () => {
      const incident = toIncident(death, calls);
      const suspects = incident?.suspects.map(({ module }) => module).join(', ');

      expect(incident === undefined ? 'nobody' : `${incident.kind}: ${suspects}`).to.equal(expected);
    });
  }
});
