import type { Row } from './row.js';

const note = (right: string, ...answers: readonly number[]): Row => ({
  kind: 'record',
  entity: 'planted.note',
  right,
  answers,
});

/** What the routes of the fixture `planted` ought to do; none of them does. */
export const plantedRoutes: Readonly<Record<string, Row>> = {
  'POST /api/v1/planted/notes/:noteId/pin': note('planted.note:update', 201),
  'GET /api/v1/planted/notes/:noteId/peek': note('planted.note:read', 200),
  'GET /api/v1/planted/summary': { kind: 'signed-in', answers: [200] },
  'GET /api/v1/planted/notes/matching': { kind: 'right', right: 'planted.note:read', answers: [200] },
};
