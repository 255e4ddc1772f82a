import { equal } from './equality.ts';
import { EntityNode, type Value } from './value.ts';
import { valueKey } from './value-key.ts';

/** Up to here looking at each item is faster than an index. */
const smallSet = 8;

/** A set in the mathematical sense: no order, nothing twice. */
export class SetValue {
  readonly items: readonly Value[];
  // Plain values are found by themselves; all others by a key that says what they are.
  #plain: Set<Value> | undefined;
  #compound: Set<string> | undefined;
  #entityKeys: ReadonlySet<string> | false | undefined;

  private constructor(items: readonly Value[]) {
    this.items = items;
  }

  static of(values: readonly Value[]): SetValue {
    return new SetValue(values.length <= smallSet ? distinctFew(values) : distinctMany(values));
  }

  get size(): number {
    return this.items.length;
  }

  has(value: Value): boolean {
    if (this.items.length <= smallSet) {
      for (const item of this.items) if (equal(item, value)) return true;
      return false;
    }
    if (this.#plain === undefined || this.#compound === undefined) {
      this.#plain = new Set(this.items.filter(isPlain));
      this.#compound = new Set(this.items.filter((item) => !isPlain(item)).map(valueKey));
    }
    return isPlain(value) ? this.#plain.has(value) : this.#compound.has(valueKey(value));
  }

  /** The keys of its entities; undefined when anything else is in it. */
  entityKeys(): ReadonlySet<string> | undefined {
    this.#entityKeys ??= keysOf(this.items) ?? false;
    return this.#entityKeys || undefined;
  }
}

function keysOf(items: readonly Value[]): ReadonlySet<string> | undefined {
  const keys = new Set<string>();
  for (const item of items) {
    if (!(item instanceof EntityNode)) return undefined;
    keys.add(item.key);
  }
  return keys;
}

function isPlain(value: Value): boolean {
  return typeof value !== 'object';
}

function distinctFew(values: readonly Value[]): readonly Value[] {
  return values.filter((value, at) => !values.slice(0, at).some((earlier) => equal(earlier, value)));
}

function distinctMany(values: readonly Value[]): readonly Value[] {
  const plain = new Set(values.filter(isPlain));
  const compound = new Map(values.filter((value) => !isPlain(value)).map((value) => [valueKey(value), value]));
  return [...plain, ...compound.values()];
}
