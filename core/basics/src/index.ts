/** Basics: results, bytes, canonical and strict JSON. Knows nothing of the product; whatever does belongs elsewhere. */
export {
  concatBytes,
  equalBytes,
  fromBase64,
  fromBase64Url,
  fromUtf8,
  toBase64,
  toBase64Url,
  toHex,
  utf8,
} from './bytes.ts';
export { canonicalJson } from './canonical-json.ts';
export { ok, type Refused, type Result, refused } from './result.ts';
export { type JsonObject, type JsonRefusal, type JsonValue, parseStrictJson } from './strict-json.ts';
