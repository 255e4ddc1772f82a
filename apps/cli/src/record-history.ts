import type { AuditEntry } from '@modelward/contract';

type Found = { readonly index: number; readonly entry: AuditEntry };

/** Ids are of these characters, so one is whole where another kind of character stands on both sides. */
const idCharacter = '[0-9A-Za-z_-]';

/**
 * Collects, from entries that are shown in order, those that hold one of these ids anywhere, and how the decisions among
 * them ended.
 */
export function createHistory(ids: readonly string[]) {
  const named = new RegExp(`(?<!${idCharacter})(${ids.map(literally).join('|')})(?!${idCharacter})`);
  const decisions = new Set<number>();
  const found: Found[] = [];

  const see = (bytes: Uint8Array, index: number): void => {
    const text = new TextDecoder().decode(bytes);
    const isNamed = named.test(text);
    if (!isNamed && !text.includes('"of":')) return;
    const entry = JSON.parse(text) as AuditEntry;
    const of = 'of' in entry ? entry.of : undefined;
    if (!isNamed && (of === undefined || !decisions.has(of))) return;
    if (entry.type === 'decision') decisions.add(index);
    found.push({ index, entry });
  };

  return { see, found: found as readonly Found[] };
}

function literally(id: string): string {
  return id.replaceAll(/[^0-9A-Za-z_]/g, '\\$&');
}
