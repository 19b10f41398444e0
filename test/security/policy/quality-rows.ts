import { holding } from './makers.js';
import type { Row } from './row.js';

type QualityRows = Readonly<Record<string, Row>>;

/** What entities have that say what makes a record complete. */
export function completenessRows(entity: string, path: string): QualityRows {
  const administer = 'core.settings:administer';
  return {
    [`GET /api/v1/${path}/completeness`]: holding(`${entity}:read`, 200),
    [`PUT /api/v1/${path}/completeness`]: holding(administer, 200),
    [`GET /${path}/completeness`]: holding(administer, 200),
    [`POST /${path}/completeness`]: holding(administer, 303),
  };
}

/** What entities have that say what makes two records likely the same. */
export function duplicateRows(entity: string, path: string): QualityRows {
  return {
    [`GET /api/v1/${path}/duplicates`]: holding(`${entity}:read`, 200),
    [`GET /${path}/similar`]: holding(`${entity}:create`, 200),
    // As the form of the record, beside which it stands.
    [`GET /${path}/:id/similar`]: { kind: 'form', entity, right: `${entity}:update`, answers: [200] },
    [`GET /api/v1/${path}/duplicate-pairs`]: holding(`${entity}:update`, 200),
    [`PUT /api/v1/${path}/duplicate-pairs/:left/:right`]: holding(`${entity}:update`, 404),
    [`POST /api/v1/${path}/duplicate-pairs/search`]: holding('core.job:administer', 202),
    [`GET /${path}/duplicates`]: holding(`${entity}:update`, 200),
    [`POST /${path}/duplicates`]: holding(`${entity}:update`, 404),
    // Whoever may change records gets to the page; looking through all of them is for administrators of jobs.
    [`POST /${path}/duplicates/search`]: holding('core.job:administer', 303),
  };
}
