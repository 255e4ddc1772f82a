import { ok, refused } from '@modelward/basics';
import type { Handler } from '../handler.ts';
import { notFound } from '../refusal.ts';

const entries: Handler<'audit.entries'> = {
  perform: async ({ question, deps: { record } }) => {
    const size = record.size();
    const from = question.from ?? Math.max(0, size - question.limit);
    const found = await record.entries({ from, limit: question.limit });
    const { origin, verifierKey } = record;
    return ok({ output: { origin, verifierKey, size, entries: [...found] }, changes: [] });
  },
};

const file: Handler<'record.file'> = {
  perform: async ({ question: { path }, deps: { record } }) => {
    const bytes = isPublished(path) ? await record.readPublished(path) : undefined;
    if (bytes === undefined) return refused(notFound('file of the record called', path));
    return ok({ output: bytes, changes: [], headers: path === 'checkpoint' ? checkpointHeaders : tileHeaders });
  },
};

/** The paths of C2SP tlog-tiles, and nothing else of the folder. */
function isPublished(path: string): boolean {
  return path === 'checkpoint' || /^tile\/(entries|\d{1,2})(\/x\d{3})*\/\d{3}(\.p\/\d{1,3})?$/.test(path);
}

const checkpointHeaders = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' };
/** A tile never changes; it is kept only by whoever was allowed to read it. */
const tileHeaders = {
  'content-type': 'application/octet-stream',
  'cache-control': 'private, max-age=31536000, immutable',
};

export const auditHandlers = { 'audit.entries': entries, 'record.file': file };
