import type { JsonObject, JsonValue } from './strict-json.ts';

/**
 * The one text of a JSON value (RFC 8785): keys sorted by UTF-16 code units, no white space, numbers and strings as
 * ECMAScript writes them. Throws on what JSON cannot carry and on lone surrogates, which RFC 8785 section 3.2.2.2 forbids.
 */
export function canonicalJson(value: JsonValue): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return canonicalNumber(value);
  if (typeof value === 'string') return canonicalString(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object') throw new TypeError(`a \`${typeof value}\` has no place in JSON`);
  return canonicalObject(value as JsonObject);
}

/** Without arrays in between: every entry of the record is written through here. */
function canonicalObject(value: JsonObject): string {
  let members = '';
  // Without a comparison of its own, `sort` goes by UTF-16 code units.
  for (const key of Object.keys(value).sort()) {
    const member = value[key];
    if (member === undefined) continue;
    members += `${members === '' ? '' : ','}${canonicalString(key)}:${canonicalJson(member)}`;
  }
  return `{${members}}`;
}

function canonicalNumber(value: number): string {
  if (!Number.isFinite(value)) throw new TypeError(`\`${value}\` has no place in JSON`);
  return JSON.stringify(value);
}

/** What needs no escaping: most of what is ever written. */
const plain = /^[ !#-[\]-~]*$/;

function canonicalString(value: string): string {
  if (plain.test(value)) return `"${value}"`;
  if (!value.isWellFormed()) throw new TypeError('a lone surrogate has no UTF-8 form');
  return JSON.stringify(value);
}
