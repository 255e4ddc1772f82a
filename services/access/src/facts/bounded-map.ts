/** What is used often stays; beyond the limit what was not used for longest goes, so that no asker can fill the memory. */
export function createBoundedMap<Key, Value>(limit: number) {
  const entries = new Map<Key, Value>();
  return {
    get: (key: Key): Value | undefined => {
      const value = entries.get(key);
      if (value === undefined) return undefined;
      // Taken out and put back, so that the order of the map is the order of use.
      entries.delete(key);
      entries.set(key, value);
      return value;
    },
    set: (key: Key, value: Value): void => {
      entries.delete(key);
      entries.set(key, value);
      const oldest = entries.size > limit ? entries.keys().next() : undefined;
      if (oldest?.done === false) entries.delete(oldest.value);
    },
    clear: (): void => entries.clear(),
  };
}
