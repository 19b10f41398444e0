import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const root = new URL('../../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');

describe('Dockerfile', () => {
  it('copies what there is, runs without root and is asked for its health', () => {
    expect(faultsOf(read('deploy/Dockerfile'))).to.deep.equal([]);
  });

  it('would not pass with a wrong path, as root, without a check or with another command', () => {
    const text = read('deploy/Dockerfile');
    const broken: Readonly<Record<string, string>> = {
      'copies what is not there: plugin': text.replace('COPY plugins plugins', 'COPY plugin plugins'),
      'takes /app/docs from build, which has it not': text.replace('/app/plugins plugins', '/app/docs plugins'),
      'runs as root': text.replace('USER node', ''),
      'has no check of /healthz': text.replace('/healthz', '/'),
      'does not start the server': text.replace('"serve"', '"doctor"'),
      'is not on Node.js 26': text.replaceAll('node:26', 'node:20'),
    };

    for (const [fault, changed] of Object.entries(broken)) {
      expect(changed, fault).to.not.equal(text);
      expect(faultsOf(changed), fault).to.include(fault);
    }
  });
});

describe('Units of systemd', () => {
  const units = ['trellis.service', 'trellis-backup.service', 'trellis-backup.timer'];

  it('start what there is', () => {
    for (const unit of units.slice(0, 2)) {
      const [, script = ''] = /^ExecStart=\/usr\/bin\/node (\S+)/m.exec(read(`deploy/${unit}`)) ?? [];
      expect(existsSync(new URL(script, root)), `${unit}: ${script}`).to.equal(true);
    }
    expect(read('deploy/trellis.service'))
      .to.match(/^KillMode=mixed$/m)
      .and.to.match(/^NoNewPrivileges=yes$/m);
  });

  it('are understood by systemd', async function () {
    const paths = units.map((unit) => fileURLToPath(new URL(`deploy/${unit}`, root)));
    const words = await run('systemd-analyze', ['verify', ...paths]);
    if (words === undefined) return this.skip();

    const ours = words
      .split('\n')
      .filter((line) => /trellis/.test(line) && !/is not executable|Unknown user/.test(line));
    expect(ours).to.deep.equal([]);
  });
});

/** What is wrong with a Dockerfile that builds in a stage `build` and serves from the last one. */
function faultsOf(text: string): string[] {
  const lines = text.replaceAll(/\\\n/g, ' ').split('\n');
  const copies = lines.filter((line) => line.startsWith('COPY ')).map((line) => line.split(/\s+/).slice(1));
  const given = copies.filter(([first = '']) => !first.startsWith('--')).flatMap((words) => words.slice(0, -1));
  const taken = copies.filter(([first]) => first === '--from=build').flatMap((words) => words.slice(1, -1));
  const made = ['/app/node_modules', ...given.map((path) => `/app/${path}`)];
  const last = text.slice(text.lastIndexOf('\nFROM '));
  const check = (isRight: boolean, fault: string): string[] => (isRight ? [] : [fault]);
  return [
    ...given.flatMap((path) => check(existsSync(new URL(path, root)), `copies what is not there: ${path}`)),
    ...taken.flatMap((path) => check(made.includes(path), `takes ${path} from build, which has it not`)),
    ...check(/^USER (?!root|0\b)\w+$/m.test(last), 'runs as root'),
    ...check(/^HEALTHCHECK [^\n]*(\\\n[^\n]*)?\/healthz/m.test(last), 'has no check of /healthz'),
    ...check(last.includes('CMD ["node", "core/bin/trellis.js", "serve"]'), 'does not start the server'),
    ...check(
      [...text.matchAll(/^FROM (\S+)/gm)].every(([, image = '']) => image.startsWith('node:26-')),
      'is not on Node.js 26',
    ),
  ];
}

/** What it says, on either channel; undefined when it is not installed. */
function run(command: string, args: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(command, args, (error, stdout, stderr) => {
      resolve(error !== null && 'code' in error && error.code === 'ENOENT' ? undefined : stdout + stderr);
    });
  });
}
