/** Tint of a tag in the kit. */
export type Tone = 'ok' | 'warn' | 'bad' | 'info' | 'vio' | 'accent' | 'neutral';

/** Tint of a choice's value: by its meaning where the word says it, else by its place, so that it never changes. */
export function optionTone(value: string, place: number): Tone {
  return meanings[value] ?? sequence[place % sequence.length] ?? 'neutral';
}

const meanings: Readonly<Record<string, Tone>> = {
  won: 'ok',
  active: 'ok',
  customer: 'ok',
  done: 'ok',
  paid: 'ok',
  lost: 'bad',
  failed: 'bad',
  overdue: 'bad',
  quarantined: 'bad',
  competitor: 'bad',
  open: 'info',
  prospect: 'info',
  invited: 'info',
  pending: 'warn',
  paused: 'warn',
  inactive: 'neutral',
  no_login: 'neutral',
  other: 'neutral',
};

const sequence: readonly Tone[] = ['info', 'vio', 'warn', 'accent', 'neutral'];
