import type { ExtensionType } from '../extensions/functions.ts';
import type { EntityNode } from '../values/value.ts';

export type RecordType = {
  readonly kind: 'record';
  readonly members: ReadonlyMap<string, { readonly type: SchemaType; readonly required: boolean }>;
};

export type SchemaType =
  | { readonly kind: 'boolean' | 'long' | 'string' }
  | { readonly kind: 'set'; readonly of: SchemaType }
  | RecordType
  /** `ids` of an enumerated type: all that there are. */
  | { readonly kind: 'entity'; readonly type: string; readonly ids?: ReadonlySet<string> }
  | { readonly kind: 'extension'; readonly name: ExtensionType };

export type EntityType = {
  /** The types that an entity of this type may lie in, near or far. */
  readonly within: ReadonlySet<string>;
  readonly shape: RecordType;
  readonly tags: SchemaType | undefined;
  /** Of an enumerated type: all that there are. */
  readonly ids: ReadonlySet<string> | undefined;
};

export type ActionType = {
  /** With the groups that it is in as its ancestors. */
  readonly node: EntityNode;
  readonly principals: ReadonlySet<string>;
  readonly resources: ReadonlySet<string>;
  readonly context: RecordType;
};

export type PolicySchema = {
  readonly entityTypes: ReadonlyMap<string, EntityType>;
  /** By the key of the action's entity. */
  readonly actions: ReadonlyMap<string, ActionType>;
};
