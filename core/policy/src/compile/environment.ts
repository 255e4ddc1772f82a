import type { EntityStore } from '../entities/entity-store.ts';
import type { EntityNode, Outcome, RecordValue } from '../values/value.ts';

/** What one decision is made over. */
export type Environment = {
  readonly principal: EntityNode;
  readonly action: EntityNode;
  readonly resource: EntityNode;
  readonly context: RecordValue;
  readonly entities: EntityStore;
};

/** An expression, ready to be asked what it comes to. */
export type Evaluate = (environment: Environment) => Outcome;
