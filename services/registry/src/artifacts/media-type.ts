/** As MLflow tells them; what a browser would run is a download all the same, and sandboxed by the gateway. */
const text =
  'txt log err cfg conf cnf cf ini properties prop hocon toml yaml yml xml json js py py3 csv tsv md rst ipynb MLmodel MLproject';

const types: Readonly<Record<string, string>> = {
  ...Object.fromEntries(text.split(' ').map((extension) => [extension, 'text/plain'])),
  html: 'text/html',
  htm: 'text/html',
  css: 'text/css',
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  svg: 'image/svg+xml',
  pdf: 'application/pdf',
  zip: 'application/zip',
};

export function mediaTypeOf(name: string): string {
  const extension = name.slice(name.lastIndexOf('.') + 1);
  return Object.hasOwn(types, extension) ? (types[extension] ?? '') : 'application/octet-stream';
}
