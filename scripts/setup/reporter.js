import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import Mocha from 'mocha';

/** mocha's own report, then one line that people and machines read: `N passed, N failed[, N skipped]`. */
export default class Reporter extends Mocha.reporters.Spec {
  epilogue() {
    super.epilogue();
    const { passes, failures, pending } = withPartsBefore(this.stats);
    const skipped = pending > 0 ? `, ${pending} skipped` : '';
    process.stdout.write(`${passes} passed, ${failures} failed${skipped}\n`);
  }
}

/** Of a run in parts each adds what it counted to a file. */
function withPartsBefore({ passes, failures, pending }) {
  const file = process.env.TEST_COUNTS;
  if (file === undefined) return { passes, failures, pending };
  const before = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { passes: 0, failures: 0, pending: 0 };
  const counts = {
    passes: before.passes + passes,
    failures: before.failures + failures,
    pending: before.pending + pending,
  };
  writeFileSync(file, JSON.stringify(counts));
  return counts;
}
