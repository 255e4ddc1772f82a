import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHttpUpstream } from '@modelward/gateway';
import { expect, it, vi } from 'vitest';
import { watchUpstream } from './upstream-watch.ts';

it('tells when the folder of a socket is opened to others, and when it is closed again', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'modelward-upstream-'));
  chmodSync(folder, 0o700);
  const upstream = createHttpUpstream({ location: { kind: 'socket', path: join(folder, 'mlflow.sock') } });
  const told: boolean[] = [];
  const watch = watchUpstream({ isOpen: upstream.isOpen, onChange: (isOpen) => told.push(isOpen), everyMs: 5 });
  expect(watch.isClosed()).toBe(true);

  chmodSync(folder, 0o755);
  await vi.waitUntil(() => !watch.isClosed());
  chmodSync(folder, 0o700);
  await vi.waitUntil(watch.isClosed);
  expect(told).toEqual([true, false]);

  watch.stop();
  await upstream.close();
  rmSync(folder, { recursive: true });
});

it('keeps its last answer while there is nothing to look at', async () => {
  const looks = [async () => true, () => Promise.reject(new Error('gone')), () => Promise.reject(new Error('gone'))];
  let looked = 0;
  const isOpen = () => (looks[looked++] ?? (async () => true))();
  const told: boolean[] = [];
  const watch = watchUpstream({ isOpen, onChange: (found) => told.push(found), everyMs: 2 });
  await vi.waitUntil(() => looked > looks.length);
  watch.stop();
  expect([watch.isClosed(), told]).toEqual([false, [true]]);
});
