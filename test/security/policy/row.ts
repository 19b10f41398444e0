/** What a route asks for, and what it answers to those who may. */
export type Row = Readonly<PersonalRow | RecordRow | RightRow>;

type PersonalRow =
  | { kind: 'public'; answers: readonly number[]; needs?: Need }
  | { kind: 'signed-in'; answers: readonly number[]; needs?: Need }
  | { kind: 'own'; answers: readonly number[]; needs?: Need; overseer?: string };

type RecordRow =
  | { kind: 'create'; entity: string; answers: readonly number[] }
  | { kind: 'record'; entity: string; right: string; answers: readonly number[] }
  | { kind: 'form'; entity: string; right: string; answers: readonly number[] }
  | { kind: 'trashed'; entity: string; right: string; answers: readonly number[] };

interface RightRow {
  kind: 'right';
  right: string;
  answers: readonly number[];
}

/** `whole`: a narrowed token may not; `session`: only a browser may; `disposable`: it ends the session it came with. */
export type Need = 'whole' | 'session' | 'disposable';
