import { expect, it } from 'vitest';
import { createBoundedMap } from './bounded-map.ts';

it('keeps what was used last, and never more than its limit', () => {
  const map = createBoundedMap<string, number>(3);
  for (const [at, key] of ['a', 'b', 'c'].entries()) map.set(key, at);
  expect(map.get('a')).toBe(0);
  map.set('d', 3);
  expect(['a', 'b', 'c', 'd'].map((key) => map.get(key))).toEqual([0, undefined, 2, 3]);
  map.set('a', 9);
  map.set('e', 4);
  expect(['a', 'c', 'd', 'e'].map((key) => map.get(key))).toEqual([9, undefined, 3, 4]);
  map.clear();
  expect(map.get('a')).toBeUndefined();
});

it('does not grow by keys that nobody asks for again', () => {
  const map = createBoundedMap<string, number>(100);
  for (let at = 0; at < 10_000; at += 1) map.set(`k${at}`, at);
  const kept = Array.from({ length: 10_000 }, (_, at) => map.get(`k${at}`)).filter((value) => value !== undefined);
  expect(kept).toHaveLength(100);
});
