const form = /^[a-z][a-z0-9-]{1,62}$/;
const longest = 63;
const separators: readonly string[] = ['.', '-', '_', '/'];

export function isProjectKey(text: string): boolean {
  return form.test(text);
}

/** The keys that a project would need to have for a name to belong to it: `fraud-eu.scores` is of `fraud-eu` or `fraud`. */
export function keysForName(name: string): readonly string[] {
  const ends = [...name.slice(0, longest)].flatMap((character, at) => (separators.includes(character) ? [at] : []));
  const beginnings = [...ends, name.length].map((end) => name.slice(0, end));
  // The character after the longest key may be the separator, one beyond what was looked at.
  if (separators.includes(name[longest] ?? '')) beginnings.push(name.slice(0, longest));
  return beginnings.filter(isProjectKey);
}
