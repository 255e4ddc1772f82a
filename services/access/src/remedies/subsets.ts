/** Every choice of one to `most` of the items, fewer first, and in the order of the items. */
export function subsetsUpTo<Item>(items: readonly Item[], most: number): readonly (readonly Item[])[] {
  const sizes = Array.from({ length: Math.max(0, Math.min(most, items.length)) }, (_, at) => at + 1);
  return sizes.flatMap((size) => subsetsOf(items, size));
}

function subsetsOf<Item>(items: readonly Item[], size: number): readonly (readonly Item[])[] {
  if (size === 0) return [[]];
  return items.flatMap((item, at) => subsetsOf(items.slice(at + 1), size - 1).map((rest) => [item, ...rest]));
}
