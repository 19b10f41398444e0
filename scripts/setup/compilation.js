import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findBinary } from '../../core/bin/node-runtime.js';
import { listPackages, listTestProjects, root, stateFolder } from './paths.js';
import { capture, runStep } from './progress.js';

/** What is compiled together: `sources` for running, `tests` on top of it. */
const targets = {
  sources: { stamp: 'build-sources', title: 'Building', projects: () => ['tsconfig.json'] },
  tests: { stamp: 'build-tests', title: 'Building the tests', projects: listTestProjects },
};

/** Whether what was compiled last is what the sources say now. */
export function isCompiled(name) {
  const stamp = join(stateFolder, targets[name].stamp);
  const isPresent = name === 'tests' || existsSync(join(root, 'core', 'dist', 'cli', 'main.js'));
  return isPresent && existsSync(stamp) && readFileSync(stamp, 'utf8') === fingerprint(name);
}

/** Compiles what changed and removes the output of sources that are gone. @throws StepError with the compiler's words */
export async function compile(name) {
  const { stamp, title, projects } = targets[name];
  const before = fingerprint(name);
  pruneOutputs(name);
  await runStep(title, process.execPath, [compilerPath(), '-b', ...projects()]);
  if (name === 'sources') await describePlugins();
  mkdirSync(stateFolder, { recursive: true });
  writeFileSync(join(stateFolder, stamp), before);
}

/** Writes what plugins' code contributes into their manifest.json. A broken plugin is told of and does not stop the others. */
async function describePlugins() {
  const node = findBinary(join(root, 'package.json')) ?? process.execPath;
  const { output } = await capture(node, [join(root, 'core', 'dist', 'kernel', 'manifest', 'write-manifests.js')]);
  if (output !== '') process.stderr.write(output);
}

/** The native compiler; `tsc` of the package named typescript is an older one for tools that need its API. */
export function compilerPath() {
  return join(root, 'node_modules', '@typescript', 'native', 'bin', 'tsc');
}

/** Hash of everything the compiler reads, by content: a checkout or a copy changes times without changing anything. */
function fingerprint(name) {
  const hash = createHash('sha256');
  const folders = name === 'sources' ? [] : listTestProjects();
  const files = ['tsconfig.json', 'tsconfig.base.json', 'package-lock.json'];
  for (const folder of listPackages()) {
    folders.push(`${folder}/src`);
    files.push(`${folder}/tsconfig.json`, `${folder}/package.json`);
  }
  for (const folder of folders) files.push(...listSources(folder).map((file) => `${folder}/${file}`));
  for (const file of files) hash.update(`${file}\n`).update(readIfPresent(join(root, file)));
  return hash.digest('hex');
}

/** A test that was renamed or a source that was removed must not live on in its old output. */
function pruneOutputs(name) {
  const pairs =
    name === 'sources'
      ? listPackages().map((folder) => [`${folder}/src`, `${folder}/dist`])
      : listTestProjects().map((folder) => [
          folder,
          folder === 'test' ? 'test/dist-test' : folder.replace(/test$/, 'dist-test'),
        ]);
  for (const [source, output] of pairs) {
    for (const file of listFiles(output).filter((path) => path.endsWith('.js'))) {
      const stem = file.slice(0, -'.js'.length);
      if (existsSync(join(root, source, `${stem}.ts`))) continue;
      for (const ending of ['.js', '.js.map', '.d.ts', '.d.ts.map'])
        rmSync(join(root, output, stem + ending), { force: true });
    }
  }
}

function listSources(folder) {
  return listFiles(folder).filter((file) => file.endsWith('.ts') || file.endsWith('tsconfig.json'));
}

function listFiles(folder) {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath ?? entry.path, entry.name)
        .slice(join(root, folder).length + 1)
        .replaceAll('\\', '/'),
    )
    .filter((file) => !file.startsWith('dist-test/') && !file.includes('node_modules/'))
    .sort();
}

function readIfPresent(path) {
  return existsSync(path) ? readFileSync(path) : '';
}
