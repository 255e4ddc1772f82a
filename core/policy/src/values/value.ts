import type { Datetime, Duration } from '../extensions/datetime.ts';
import type { Decimal } from '../extensions/decimal.ts';
import type { IpAddress } from '../extensions/ip-address.ts';
import type { Long } from './long.ts';
import type { SetValue } from './set-value.ts';

/** A map and no object: an attribute may be called `__proto__`. */
export type RecordValue = ReadonlyMap<string, Value>;

type ExtensionValue = Decimal | Datetime | Duration | IpAddress;

/** What an expression of the Cedar language can come to. */
export type Value = boolean | Long | string | EntityNode | SetValue | RecordValue | ExtensionValue;

/** Why an expression came to nothing. Not an `Error`: a policy that errs is an answer, and a stack would only cost time. */
export class Failure {
  readonly message: string;
  constructor(message: string) {
    this.message = message;
  }
}

export type Outcome = Value | Failure;

const nothing: ReadonlySet<string> = new Set();

/**
 * An entity as a value. One that is resident lies in the store that the decision reads; any other (named in a policy, a
 * context or a request) is only a name, and is looked up where something is read of it.
 */
export class EntityNode {
  readonly type: string;
  readonly id: string;
  /** `type::"id"`: a type holds no quotation mark, so that no two entities share a key. */
  readonly key: string;
  readonly resident: boolean;
  /** Undefined for what is named and not there. Set once, by the store that is being built. */
  attributes: RecordValue | undefined = undefined;
  tags: RecordValue | undefined = undefined;
  /** Keys of all that it lies in, itself left out. */
  ancestors: ReadonlySet<string> = nothing;
  /** Another entity of the same store with the same id. */
  next: EntityNode | undefined = undefined;
  /** What compiled policies remember about this node; each replaces what another left. */
  memo: unknown = undefined;

  constructor(type: string, id: string, resident = false) {
    this.type = type;
    this.id = id;
    this.key = entityKey(type, id);
    this.resident = resident;
  }
}

export function entityKey(type: string, id: string): string {
  return `${type}::"${id}"`;
}

export function sameEntity(a: EntityNode, b: EntityNode): boolean {
  return a === b || (a.id === b.id && a.type === b.type);
}
