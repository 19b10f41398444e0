/** The same object, each of whose methods first asks `assertLive`; a refusal rejects, as the methods are asynchronous. */
export function expiring<T extends object>(target: T, assertLive: () => void): T {
  return new Proxy(target, {
    get(object, key, receiver) {
      const member: unknown = Reflect.get(object, key, receiver);
      if (typeof member !== 'function') return member;
      return async (...args: readonly unknown[]): Promise<unknown> => {
        assertLive();
        return (await Reflect.apply(member, object, args)) as unknown;
      };
    },
  });
}
