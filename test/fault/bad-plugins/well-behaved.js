/** What a good plugin does, to be seen working beside the bad ones: answers, and notes each contact once. */
const Seen = {
  id: 'well-behaved.contact-seen',
  version: 1,
  payload: {
    type: 'object',
    additionalProperties: false,
    required: ['contactId'],
    properties: { contactId: { type: 'string' } },
  },
};
const contactCreated = { id: 'core.contact-created', version: 1, payload: { type: 'object' } };

export default {
  emits: [Seen],
  register(host) {
    host.routes({ 'GET /hello': { access: 'signed-in', handle: async () => ({ hello: 'world' }) } });
    host.on(contactCreated, 'see', (tx, { payload }) => tx.emit(Seen, { contactId: payload.id }));
    host.on(contactCreated, 'see-too', (tx, { payload }) => tx.emit(Seen, { contactId: payload.id }));
  },
};
