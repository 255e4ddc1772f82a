import type { IncomingHttpHeaders } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { limits } from './limits.ts';
import { closeAll, listenHttp, openDoor, outcomesOf, readAll, send } from './testing/door.ts';

afterEach(closeAll);

const search = 'GET /api/2.0/mlflow/registered-models/search';
const names = ['hidden-model', 'open-model', 'shown-model', 'hidden-other', 'open-model', 'gone-model', 'open-model'];

type Page = {
  readonly headers: IncomingHttpHeaders;
  readonly maxResults: string | null;
  readonly token: string | null;
};

/** An upstream that lists these models, page by page, with the place to go on in plain sight. */
async function openWithList(rows: readonly unknown[] = names.map((name, at) => ({ name, at }))) {
  const pages: Page[] = [];
  const upstreamPort = await listenHttp(async (request, response) => {
    const { searchParams } = new URL(request.url ?? '', 'http://upstream');
    const body = request.method === 'POST' ? JSON.parse(String(await readAll(request))) : {};
    const maxResults = searchParams.get('max_results') ?? body.max_results ?? null;
    const token = searchParams.get('page_token') ?? body.page_token ?? null;
    pages.push({ headers: request.headers, maxResults, token });
    const from = Number(token ?? 0);
    const to = Math.min(from + Number(maxResults ?? 100), rows.length);
    const field = (request.url ?? '').includes('experiments') ? 'experiments' : 'registered_models';
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify({ [field]: rows.slice(from, to), ...(to < rows.length ? { next_page_token: String(to) } : {}) }),
    );
  });
  return { pages, ...(await openDoor({ upstreamPort })) };
}

const listIn = (body: string) =>
  JSON.parse(body) as { registered_models?: { name: string; at: number }[]; next_page_token?: string };

describe('a list', () => {
  it('holds what the caller may read, and nothing that tells how much was left out', async () => {
    const door = await openWithList();
    const { registered_models: rows, ...rest } = listIn((await send(door, search)).body);
    expect(rows?.map(({ at }) => at)).toEqual([1, 4, 6]);
    expect(rest).toEqual({});
  });

  it('is filled page by page, from wherever it was left, until nothing is left', async () => {
    const door = await openWithList();
    const first = listIn((await send(door, `${search}?max_results=2`)).body);
    expect(first.registered_models?.map(({ at }) => at)).toEqual([1, 4]);
    // The upstream's own place to go on would tell how many rows were skipped.
    expect(first.next_page_token).toMatch(/^[\w-]{38,}$/);
    const second = listIn((await send(door, `${search}?max_results=2&page_token=${first.next_page_token}`)).body);
    expect(second).toEqual({ registered_models: [{ name: 'open-model', at: 6 }] });
  });

  it('asks no page for more rows than are still wanted, so that none is cut', async () => {
    const door = await openWithList();
    await send(door, `${search}?max_results=2`);
    expect(door.pages.map(({ maxResults, token }) => [maxResults, token])).toEqual([
      ['2', null],
      ['1', '2'],
      ['1', '3'],
      ['1', '4'],
    ]);
  });

  it('is filled as well when the client names no size: a short page with a place to go on would tell what was left out', async () => {
    const rows = Array.from({ length: 130 }, (_, at) => ({ name: at < 120 ? 'hidden-model' : 'open-model', at }));
    const door = await openWithList(rows);
    const page = listIn((await send(door, search)).body);
    expect([page.registered_models?.length, page.next_page_token]).toEqual([10, undefined]);
  });

  it('is one decision in the record, however many rows it has', async () => {
    const door = await openWithList();
    await send(door, search);
    await door.drained();
    expect(door.log).toMatchObject([
      { type: 'decision', asked: [{ action: 'model.read', resource: { type: 'List' } }], reasons: ['row-by-row'] },
      { type: 'outcome' },
    ]);
  });

  it.each([
    ['GET', 'GET /api/2.0/mlflow/experiments/search?max_results=5', undefined],
    ['POST', 'POST /api/2.0/mlflow/experiments/search', '{"max_results":5,"filter":"x"}'],
  ])('comes by %s as well', async (_, line, body) => {
    const door = await openWithList([{ experiment_id: '3' }, { experiment_id: '1' }, { experiment_id: 1 }, null, 'x']);
    const answer = await send(door, line, body === undefined ? {} : { body });
    expect(JSON.parse(answer.body)).toEqual({ experiments: [{ experiment_id: '1' }] });
    expect(door.pages).toMatchObject([{ maxResults: body === undefined ? '5' : 5 }]);
  });

  it('has no more rows than are decided at once, whatever was asked for', async () => {
    const door = await openWithList();
    await send(door, `${search}?max_results=50000`);
    expect(door.pages[0]?.maxResults).toBe(String(limits.rowsPerPage));
  });

  it('is never asked for in part, for a part cannot be filtered', async () => {
    const door = await openWithList();
    await send(door, search, { headers: ['range: bytes=0-100', 'if-none-match: *'] });
    expect(door.pages[0]?.headers).not.toHaveProperty('range');
    expect(door.pages[0]?.headers).not.toHaveProperty('if-none-match');
  });

  it.each([
    ['a page token of the upstream\u2019s own', '?page_token=2'],
    ['a page token that was changed', `?page_token=${'A'.repeat(60)}`],
    ['a negative size', '?max_results=-1'],
    ['a size that is none', '?max_results=many'],
  ])('is refused for %s', async (_, query) => {
    const door = await openWithList();
    const answer = await send(door, search + query);
    expect([answer.status, JSON.parse(answer.body).error_code]).toEqual([400, 'INVALID_PARAMETER_VALUE']);
    expect(door.pages).toEqual([]);
    await door.drained();
    expect(outcomesOf(door)).toMatchObject([{ status: 400, end: 'refused' }]);
  });

  it('has a place to go on that is as long far down as at its beginning', async () => {
    const lengthAfter = async (hidden: number) => {
      const rows = [...Array.from({ length: hidden }, () => 'hidden-model'), 'open-model', 'open-model', 'open-model'];
      const door = await openWithList(rows.map((name, at) => ({ name, at })));
      const page = listIn((await send(door, `${search}?max_results=2`)).body);
      const rest = listIn((await send(door, `${search}?max_results=2&page_token=${page.next_page_token}`)).body);
      expect(rest.registered_models).toEqual([{ name: 'open-model', at: hidden + 2 }]);
      return page.next_page_token?.length;
    };
    expect(await lengthAfter(98)).toBe(await lengthAfter(0));
  });

  it('stops looking for rows after so many pages, with a place to go on', async () => {
    const door = await openWithList(Array.from({ length: 200 }, (_, at) => ({ name: 'hidden-model', at })));
    const { registered_models: rows, next_page_token: token } = listIn(
      (await send(door, `${search}?max_results=1`)).body,
    );
    expect([rows, door.pages.length]).toEqual([undefined, limits.pagesPerList]);
    expect(token).toMatch(/^[\w-]+$/);
  });
});

describe('an answer that should be a list and is not', () => {
  const latest = 'GET /api/2.0/mlflow/registered-models/get-latest-versions?name=open-model';
  it.each([
    ['is no JSON', 200, '[secret'],
    ['is no object', 200, '["secret"]'],
    ['is a part of one', 206, '{"registered_models":[{"name":"secret"}]}'],
    ['has another good status', 203, '{"registered_models":[{"name":"secret"}]}'],
  ])('because it %s is not passed on', async (_, status, body) => {
    const upstreamPort = await listenHttp((_request, response) => response.writeHead(status).end(body));
    for (const line of [search, latest]) {
      const door = await openDoor({ upstreamPort });
      const answer = await send(door, line);
      expect([answer.status, answer.raw.includes('secret')]).toEqual([502, false]);
    }
  });

  it('because the upstream refuses is passed on', async () => {
    const said = '{"error_code":"INVALID_PARAMETER_VALUE","message":"no such column"}';
    const upstreamPort = await listenHttp((_request, response) => response.writeHead(400).end(said));
    const door = await openDoor({ upstreamPort });
    const answer = await send(door, search);
    expect([answer.status, answer.body]).toEqual([400, said]);
  });
});
