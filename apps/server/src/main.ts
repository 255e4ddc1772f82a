import { enableCompileCache, flushCompileCache } from 'node:module';
import { join } from 'node:path';

/* `npm start`. What was compiled at an earlier start is kept beside what npm installed: nobody else writes there. */

enableCompileCache(join(import.meta.dirname, '..', '..', '..', 'node_modules', '.cache', 'modelward'));
await import('./serve.ts');
flushCompileCache();
