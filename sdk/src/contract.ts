/** What a contract offers: asynchronous methods that take and return plain data. */
export type ContractShape<T> = { [K in keyof T]: (...args: never[]) => Promise<unknown> };

/** A service one plugin offers to others, by id and version; the provider may be absent. */
export interface Contract<T> {
  /** `<plugin>.<name>` */
  readonly id: `${string}.${string}`;
  /** Semantic version of the contract, independent of the plugin's. */
  readonly version: string;
  /** Methods that a consumer's proxy lets through. */
  readonly methods: readonly (keyof T & string)[];
  /** Type-level only; never set. */
  readonly __type?: T;
}

/** A contract the consumer can live without. */
export interface OptionalContract<T> {
  readonly optional: Contract<T>;
}

/**
 * Declares a contract.
 * @example export const PipelineContract = defineContract<PipelineReader>()('sales.pipeline', '1.0.0', ['openTotal']);
 * @since 0.1.0
 */
export function defineContract<T extends ContractShape<T>>() {
  return (id: `${string}.${string}`, version: string, methods: readonly (keyof T & string)[]): Contract<T> => ({
    id,
    version,
    methods,
  });
}

/**
 * Marks a contract as one the plugin works without: `ctx.use` then gives `T | undefined`.
 * @since 0.1.0
 */
export function optional<T>(contract: Contract<T>): OptionalContract<T> {
  return { optional: contract };
}
