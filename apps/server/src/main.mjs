import { enableCompileCache, flushCompileCache } from 'node:module';
import { join } from 'node:path';

/*
 * `npm start`. What was compiled at an earlier start is kept beside what npm installed: nobody else writes there. JavaScript,
 * so that a start that finds everything compiled never loads what strips types: 20 MB for as long as the process lives.
 */

enableCompileCache(join(import.meta.dirname, '..', '..', '..', 'node_modules', '.cache', 'modelward'));
await import('./serve.ts');
flushCompileCache();
