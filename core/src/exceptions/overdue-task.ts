import { Activity, type Guideline } from '@trellis-crm/sdk';

/** Core's own rule: what was to be done and is not, some days after it was due. Its proof is that it is done, or due later. */
export const overdueTask: Guideline = {
  id: 'overdue-task',
  entity: Activity,
  label: 'exceptions.overdueTask.label',
  hint: 'exceptions.overdueTask.hint',
  thresholds: {
    days: { label: 'exceptions.overdueTask.days', unit: 'days', default: 2, min: 1, max: 365 },
  },
  since: 'dueAt',
  tells: ['owner', 'managers'],
  fits: ({ thresholds }) => ({
    all: [
      { field: 'doneAt', op: 'empty', value: true },
      { field: 'dueAt', op: 'lt', value: `-${String(thresholds['days'])}d` },
    ],
  }),
};
