/** Settings before they are checked. */
export type Tree = { [key: string]: unknown };

export function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Objects made here have no prototype, so that a key called `__proto__` is an unknown key like any other. */
export function emptyTree(): Tree {
  return Object.create(null) as Tree;
}

/** What lies over a tree wins, key by key. A map that holds nothing (`control:` with all lines commented out) changes nothing. */
export function overlay(under: Tree, over: Tree): Tree {
  const merged = Object.assign(emptyTree(), under);
  for (const [key, value] of Object.entries(over)) {
    const below = merged[key];
    if (!isTree(value)) {
      if (!(value === null && isTree(below))) merged[key] = value;
    } else {
      merged[key] = overlay(isTree(below) ? below : emptyTree(), value);
    }
  }
  return merged;
}

export function valueAt(tree: Tree, path: string): unknown {
  let value: unknown = tree;
  for (const step of stepsOf(path)) {
    if (Array.isArray(value)) value = value[Number(step)];
    else if (isTree(value) && Object.hasOwn(value, step)) value = value[step];
    else return undefined;
  }
  return value;
}

/** Puts one value in, making the maps above it. What stands in the way and is no map stays, for the schema to refuse. */
export function putAt(tree: Tree, path: string, value: unknown): void {
  const steps = path.split('.');
  const last = steps.pop() ?? '';
  let map = tree;
  for (const step of steps) {
    map[step] ??= emptyTree();
    const below = map[step];
    if (!isTree(below)) return;
    map = below;
  }
  map[last] = value;
}

function stepsOf(path: string): string[] {
  return path.replaceAll(/\[(\d+)\]/g, '.$1').split('.');
}
