/** Prints a number that the run was for, below the test's name. */
export function tell(text: string): void {
  process.stdout.write(`      ${text}\n`);
}
