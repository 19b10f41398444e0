const repeatMs = 1000;

/** The wish to stop, from whichever side it comes. */
export interface StopRequest {
  /** Resolves at the first wish. */
  readonly wanted: Promise<void>;
  /** Resolves when the wish is repeated: somebody does not want to wait. */
  readonly urgent: Promise<void>;
}

/** Listens for signals, and for the end of the process that started us over a channel. */
export function listenForStop(): StopRequest {
  const wanted = Promise.withResolvers<undefined>();
  const urgent = Promise.withResolvers<undefined>();
  let firstAt: number | undefined;
  const ask = (): void => {
    firstAt ??= Date.now();
    wanted.resolve(undefined);
    // A terminal's Ctrl-C also comes again through the process that started us.
    if (Date.now() - firstAt > repeatMs) urgent.resolve(undefined);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, ask);
  if (process.channel !== undefined) {
    process.once('disconnect', ask);
    process.channel.unref();
  }
  return { wanted: wanted.promise, urgent: urgent.promise };
}
