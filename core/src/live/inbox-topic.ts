/** The inbox of whoever watches it: each person's has a topic of its own behind it, `core.inbox:<user>`, that nobody can ask for. */
export const inboxTopic = 'core.inbox';
