/** A piece of Cedar text. Spaces and comments are left out. */
export type Token = {
  readonly kind: 'word' | 'integer' | 'string' | 'sign';
  readonly text: string;
  readonly start: number;
  readonly end: number;
};

// Strings and comments first: what stands in them is neither a number nor a brace.
const form = /"(?:[^"\\]|\\[\s\S])*"|\/\/[^\n\r]*|[A-Za-z_][A-Za-z0-9_]*|[0-9]+|&&|\|\||[^\s]/g;

/** The tokens of a text that Cedar's parser has accepted. */
export function tokensOf(text: string): readonly Token[] {
  return [...text.matchAll(form)]
    .filter(([token]) => !token.startsWith('//'))
    .map(({ 0: token, index }) => ({ kind: kindOf(token), text: token, start: index, end: index + token.length }));
}

function kindOf(token: string): Token['kind'] {
  if (token.startsWith('"')) return 'string';
  if (/^[0-9]/.test(token)) return 'integer';
  return /^[A-Za-z_]/.test(token) ? 'word' : 'sign';
}
