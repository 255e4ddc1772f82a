/** Command line: `modelward`, what people and scripts type. Asks a server for everything but the owner's work on the files. */
export { run } from './program.ts';
