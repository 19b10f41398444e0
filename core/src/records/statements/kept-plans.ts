import type { Identity } from '../../auth/identity.js';
import type { ReadScope } from '../record-scope.js';

/** Plans kept for one actor at most; asking for more starts over. */
const maxPlans = 100;

/**
 * What was worked out for an actor from the entities of a generation and the actor's rights, kept as long as the actor is: identities are
 * made anew when rights change, and at the latest after seconds.
 */
export class KeptPlans<P> {
  readonly #byActor = new WeakMap<Identity, ActorPlans<P>>();

  /**
   * The kept plan, or a new one. A refusal is not kept.
   *
   * @param key what was asked for, beside the actor and whom they act for
   * @param isStill whether a kept plan is still what was asked for
   */
  get(scope: PlanScope, key: string, make: () => P, isStill: (plan: P) => boolean = () => true): P {
    const plans = this.#plansOf(scope);
    const name = `${scope.elevatedFor ?? ''}|${key}`;
    const known = plans.get(name);
    if (known !== undefined && isStill(known)) return known;
    const made = make();
    if (plans.size >= maxPlans) plans.clear();
    plans.set(name, made);
    return made;
  }

  #plansOf({ identity, generation }: PlanScope): Map<string, P> {
    const known = this.#byActor.get(identity);
    if (known?.entities === generation.entities) return known.plans;
    const plans = new Map<string, P>();
    this.#byActor.set(identity, { entities: generation.entities, plans });
    return plans;
  }
}

type PlanScope = Pick<ReadScope, 'identity' | 'generation' | 'elevatedFor'>;

interface ActorPlans<P> {
  readonly entities: PlanScope['generation']['entities'];
  readonly plans: Map<string, P>;
}
