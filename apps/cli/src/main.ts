import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

/* `modelward`. What was compiled for an earlier command is kept beside what npm installed: nobody else writes there. */

enableCompileCache(join(import.meta.dirname, '..', '..', '..', 'node_modules', '.cache', 'modelward'));
await import('./command.ts');
