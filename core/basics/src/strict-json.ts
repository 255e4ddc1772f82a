import { ok, type Result, refused } from './result.ts';

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;
export type JsonObject = { readonly [key: string]: JsonValue };

export type JsonRefusal = 'not-json' | 'duplicate-key' | 'too-deep';

const deepest = 64;

/**
 * Reads JSON as exactly one value, refusing what two parsers could read differently: a key twice in one object (compared
 * after unescaping), nesting deeper than 64, a byte order mark. Objects have no prototype, so `__proto__` is only a key.
 */
export function parseStrictJson(text: string): Result<JsonValue, JsonRefusal> {
  let value: JsonValue;
  try {
    value = JSON.parse(text) as JsonValue;
  } catch {
    return refused('not-json');
  }
  // The text is valid JSON from here on, so that the scan below only counts keys and depth and need not judge syntax.
  const flaw = findFlaw(text);
  return flaw === undefined ? ok(withoutPrototypes(value)) : refused(flaw);
}

function findFlaw(text: string): JsonRefusal | undefined {
  const openObjects: (Set<string> | undefined)[] = [];
  let at = 0;
  while (at < text.length) {
    const character = text[at];
    if (character === '{' || character === '[') {
      if (openObjects.length === deepest) return 'too-deep';
      openObjects.push(character === '{' ? new Set() : undefined);
    } else if (character === '}' || character === ']') {
      openObjects.pop();
    } else if (character === '"') {
      const end = endOfString(text, at);
      const keys = openObjects.at(-1);
      if (keys !== undefined && isKey(text, end)) {
        const key = JSON.parse(text.slice(at, end)) as string;
        if (keys.has(key)) return 'duplicate-key';
        keys.add(key);
      }
      at = end - 1;
    }
    at += 1;
  }
  return undefined;
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}

function isKey(text: string, afterString: number): boolean {
  let at = afterString;
  while (text[at] === ' ' || text[at] === '\n' || text[at] === '\r' || text[at] === '\t') at += 1;
  return text[at] === ':';
}

function withoutPrototypes(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(withoutPrototypes);
  if (typeof value !== 'object' || value === null) return value;
  const bare = Object.create(null) as Record<string, JsonValue>;
  for (const [key, member] of Object.entries(value)) bare[key] = withoutPrototypes(member);
  return bare;
}
