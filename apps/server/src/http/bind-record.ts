import { parseTilePath } from '@modelward/merkle';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ControlDeps } from './deps.ts';
import { notFound } from './refusal.ts';
import { refuse, writeReceipt } from './respond.ts';

/**
 * The record's checkpoint and hash tiles for anybody, where the configuration says so. A hash tells nothing of an entry to
 * whoever does not have the entry, so these reads are not decided and not recorded. Entries stay behind `record.file`.
 */
export function bindPublicRecord(app: FastifyInstance, deps: ControlDeps): void {
  if (!deps.isRecordPublic) return;
  const answer = async (path: string, { request, reply }: { request: FastifyRequest; reply: FastifyReply }) => {
    const tile = parseTilePath(path);
    const isHash = path === 'checkpoint' || (tile !== undefined && tile.level !== 'entries');
    const bytes = isHash ? await deps.record.readPublished(path) : undefined;
    if (bytes === undefined) return refuse(reply, request.exchange, notFound('file of the record called', path));
    writeReceipt(reply, request.exchange);
    return reply.headers(recordHeaders(path, 'public')).send(Buffer.from(bytes));
  };
  app.get('/record/checkpoint', (request, reply) => answer('checkpoint', { request, reply }));
  app.get('/record/tile/:level(^\\d{1,2}$)/*', (request, reply) => {
    const { level = '', '*': rest = '' } = request.params as Record<string, string>;
    return answer(`tile/${level}/${rest}`, { request, reply });
  });
}

/** The paths of C2SP tlog-tiles, and nothing else of the folder. */
export function isRecordPath(path: string): boolean {
  return path === 'checkpoint' || parseTilePath(path) !== undefined;
}

/** A tile never changes; one that not everybody may read is kept only by whoever was allowed to. */
export function recordHeaders(path: string, who: 'public' | 'private'): Readonly<Record<string, string>> {
  return path === 'checkpoint'
    ? { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' }
    : { 'content-type': 'application/octet-stream', 'cache-control': `${who}, max-age=31536000, immutable` };
}
