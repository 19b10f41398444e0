import { defineRoutes, ForbiddenError, route, Type, Uuid, type Context } from '@trellis-crm/sdk';
import { Note } from './entity.js';

const params = { noteId: Uuid };

/** Routes as they are found in advisories, each with one defect that the matrix must see; with a cache of their own. */
export function createPlantedRoutes() {
  let cached: object | undefined;
  return defineRoutes({
    /** Authorization after the write: the 403 comes when the note is pinned already. */
    'POST /notes/:noteId/pin': route({
      access: 'signed-in',
      params,
      handle: async (ctx, request) => {
        const note = await elevated(ctx).update(request.params.noteId, { isPinned: true });
        if (note.owner !== ctx.actor.userId) throw new ForbiddenError('not_yours');
        return note;
      },
    }),
    /** A denial that tells existence: 403 for a note of others, 404 for none. */
    'GET /notes/:noteId/peek': route({
      access: 'signed-in',
      params,
      handle: async (ctx, request) => {
        const note = await elevated(ctx).get(request.params.noteId);
        if (note.owner !== ctx.actor.userId) throw new ForbiddenError('not_yours');
        return note;
      },
    }),
    /** A cache whose key leaves out who asks. */
    'GET /summary': route({
      access: 'signed-in',
      handle: async (ctx) => {
        cached ??= { name: ctx.actor.name, user: ctx.actor.userId };
        return cached;
      },
    }),
    /** A hidden field that one can filter by. */
    'GET /notes/matching': route({
      access: 'planted.note:read',
      query: Type.Object({ secret: Type.String() }, { additionalProperties: false }),
      handle: async (ctx, { query }) => {
        ctx.authorize('planted.note:touch');
        return { count: await ctx.elevated().query(Note).where({ secret: query.secret }).count() };
      },
    }),
    /** A route nobody decided on. */
    'GET /undecided': route({ access: 'public', handle: async () => ({}) }),
  });
}

function elevated(ctx: Context) {
  ctx.authorize('planted.note:touch');
  return ctx.elevated().records(Note);
}
