import type { ByteRange } from './blobs.ts';

/** One range of bytes (RFC 9110 14.1.2). Anything else that a `Range` header can say is ignored, as the RFC allows. */
export function rangeAsked(header: string | undefined, sizeBytes: number): ByteRange | 'whole' | 'unsatisfiable' {
  const [, first = '', last = ''] = /^bytes=([0-9]{0,15})-([0-9]{0,15})$/.exec(header ?? '') ?? [];
  if (first === '' && last === '') return 'whole';
  const start = first === '' ? Math.max(0, sizeBytes - Number(last)) : Number(first);
  const end = first === '' || last === '' ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1);
  if (first !== '' && last !== '' && Number(last) < start) return 'whole';
  return start <= end ? { start, end } : 'unsatisfiable';
}
