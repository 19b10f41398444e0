import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import Mocha from 'mocha';

/**
 * mocha's own report, then what failed, of all parts of the run, shortly: whoever reads only the end of a long log finds it there. The
 * last line is for people and machines: `N passed, N failed[, N skipped]`.
 */
export default class Reporter extends Mocha.reporters.Spec {
  epilogue() {
    super.epilogue();
    const { passes, failures, pending, told } = withPartsBefore({
      ...this.stats,
      told: this.failures.map((test) => `FAILED ${test.fullTitle()}: ${shortly(test.err)}`),
      failedFiles: [...new Set(this.failures.map((test) => test.file ?? test.parent?.file ?? null))],
    });
    const skipped = pending > 0 ? `, ${pending} skipped` : '';
    process.stdout.write([...told, `${passes} passed, ${failures} failed${skipped}\n`].join('\n'));
  }
}

function shortly(error) {
  return String(error?.message ?? error).slice(0, 1000);
}

/** Of a run in parts each adds what it counted to a file. */
function withPartsBefore({ passes, failures, pending, told, failedFiles }) {
  const file = process.env.TEST_COUNTS;
  if (file === undefined) return { passes, failures, pending, told };
  const none = { passes: 0, failures: 0, pending: 0, told: [], failedFiles: [] };
  const before = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : none;
  if (process.env.TEST_SECOND_LOOK) return afterSecondLook(before, { failures, told });
  const counts = {
    passes: before.passes + passes,
    failures: before.failures + failures,
    pending: before.pending + pending,
    told: [...before.told, ...told],
    failedFiles: [...before.failedFiles, ...failedFiles],
  };
  writeFileSync(file, JSON.stringify(counts));
  return counts;
}

/** What failed beside others and passes by itself has passed, but is told. */
function afterSecondLook(before, { failures, told }) {
  if (failures > 0) return { ...before, told: [...before.told, ...told.map((line) => `AGAIN ${line}`)] };
  return {
    ...before,
    passes: before.passes + before.failures,
    failures: 0,
    told: before.told.map((line) => line.replace(/^FAILED/, 'FLAKY')),
  };
}
