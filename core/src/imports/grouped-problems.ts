import type { ImportProblem } from './import-problem.js';

/** Problems of the same kind, in one line for people. */
export interface ProblemGroup extends ImportProblem {
  /** How many rows have it; `line` and `message` are those of the first. */
  readonly count: number;
}

/** Groups problems by column and code, in the order they first appear. */
export function groupProblems(problems: readonly ImportProblem[]): readonly ProblemGroup[] {
  const groups = Map.groupBy(problems, ({ kind, column, code }) => `${kind} ${code} ${column ?? ''}`);
  return [...groups.values()].flatMap((members) => {
    const [first] = members;
    return first === undefined ? [] : [{ ...first, count: members.length }];
  });
}
