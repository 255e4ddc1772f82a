import { type JsonObject, type JsonValue, utf8 } from '@modelward/basics';
import type { UpstreamAnswer, UpstreamRequest } from '@modelward/contract';
import type { Refusal, RowsRule } from '@modelward/interfaces';
import { ask, readAnswer } from '../ask-upstream.ts';
import { isObject, readObject } from '../effects.ts';
import { type Exchange, type GatewayDeps, need } from '../exchange.ts';
import { limits } from '../limits.ts';
import { UpstreamFault, upstreamRefusal } from '../upstream-fault.ts';
import { upstreamRequest } from '../upstream-request.ts';

/**
 * Lists hold only the rows that the caller may see. Each page asks the upstream for no more rows than are still wanted, so
 * that no page is ever cut: the upstream's own token is then the place to go on, and it leaves sealed.
 */
export async function filter(exchange: Exchange, deps: GatewayDeps): Promise<Refusal | undefined> {
  const rule = exchange.description?.rows;
  if (rule === undefined) return undefined;
  try {
    return await (rule.paged ? fillPage(exchange, deps, rule) : filterOnce(exchange, deps, rule));
  } catch (fault) {
    return upstreamRefusal(fault);
  }
}

async function filterOnce(exchange: Exchange, deps: GatewayDeps, rule: RowsRule): Promise<undefined> {
  const page = listIn(need(exchange.answer, 'answer'), need(exchange.answerBytes, 'whole answer'));
  if (page === undefined) return undefined;
  exchange.answerBytes = render({ ...page, [rule.field]: await visibleRows(exchange, deps, { rule, page }) });
  return undefined;
}

/** The list in an answer, or undefined for a refusal of the upstream's. What is neither holds rows that nobody could filter. */
function listIn({ status }: UpstreamAnswer, bytes: Uint8Array): JsonObject | undefined {
  if (status >= 400) return undefined;
  const page = status === 200 ? readObject(bytes) : undefined;
  if (page === undefined) throw new UpstreamFault('odd', 'a list that is no JSON object');
  return page;
}

async function fillPage(exchange: Exchange, deps: GatewayDeps, rule: RowsRule): Promise<Refusal | undefined> {
  const asked = pageAsked(exchange, deps, rule);
  if (asked === undefined)
    return { reason: 'malformed', detail: '`page_token` or `max_results` is not one that was given out here' };
  const rows: JsonValue[] = [];
  let token = asked.token;
  for (let pages = 0; pages < limits.pagesPerList; pages += 1) {
    exchange.signal.throwIfAborted();
    const wanted = asked.rows - rows.length;
    const answer = await ask(
      deps.upstream,
      pageRequest(exchange, { token, rows: wanted }),
      need(exchange.caller, 'caller'),
    );
    const bytes = await readAnswer(answer, exchange.signal);
    const page = listIn(answer, bytes);
    if (page === undefined) return passOn(exchange, answer, bytes);
    rows.push(...(await visibleRows(exchange, deps, { rule, page })));
    token = typeof page.next_page_token === 'string' && page.next_page_token !== '' ? page.next_page_token : undefined;
    if (token === undefined || rows.length >= asked.rows) break;
  }
  exchange.answer = { status: 200, headers: { 'content-type': 'application/json' }, body: none() };
  exchange.answerBytes = render({
    ...(rows.length === 0 ? {} : { [rule.field]: rows }),
    ...(token === undefined ? {} : { next_page_token: deps.seal(token) }),
  });
  return undefined;
}

function passOn(exchange: Exchange, answer: UpstreamAnswer, bytes: Uint8Array): undefined {
  exchange.answer = answer;
  exchange.answerBytes = bytes;
  return undefined;
}

type PageAsked = { readonly rows: number; readonly token: string | undefined };

function pageAsked(exchange: Exchange, deps: GatewayDeps, { usualRows }: RowsRule): PageAsked | undefined {
  const query = new URLSearchParams(exchange.head.target.split('?')[1] ?? '');
  const sealed = exchange.head.method === 'GET' ? query.get('page_token') : exchange.body?.page_token;
  const size = exchange.head.method === 'GET' ? query.get('max_results') : exchange.body?.max_results;
  const token = typeof sealed === 'string' && sealed !== '' ? deps.open(sealed) : '';
  const rows = size === undefined || size === null ? usualRows : Number(size);
  if (token === undefined || !Number.isSafeInteger(rows) || rows < 1) return undefined;
  // Fewer rows than were asked for are a page like any other, with a token to go on.
  return { rows: Math.min(rows, limits.rowsPerPage), token: token === '' ? undefined : token };
}

/** The client's request with another page size and place: the only requests that are not passed on byte for byte. */
function pageRequest(exchange: Exchange, page: PageAsked): UpstreamRequest {
  const request = upstreamRequest(exchange);
  if (exchange.head.method === 'GET') {
    const [path = '', text = ''] = exchange.head.target.split('?');
    const query = new URLSearchParams(text);
    query.delete('page_token');
    if (page.token !== undefined) query.set('page_token', page.token);
    query.set('max_results', String(page.rows));
    return { ...request, target: `${path}?${query}` };
  }
  const { page_token: _, ...rest } = exchange.body ?? {};
  const body = utf8(
    JSON.stringify({
      ...rest,
      ...(page.token === undefined ? {} : { page_token: page.token }),
      max_results: page.rows,
    }),
  );
  return {
    ...request,
    headers: { ...request.headers, 'content-type': 'application/json', 'content-length': String(body.length) },
    body,
  };
}

type Page = { readonly rule: RowsRule; readonly page: JsonObject };

async function visibleRows(exchange: Exchange, deps: GatewayDeps, { rule, page }: Page): Promise<readonly JsonValue[]> {
  const rows = page[rule.field];
  if (!Array.isArray(rows)) return [];
  const visible: JsonValue[] = [];
  for (const [at, row] of (rows as readonly JsonValue[]).entries()) {
    // Deciding is all computation: without a turn of the loop now and then, a long list would keep everybody waiting.
    if (at % 50 === 49) await new Promise(setImmediate);
    if (isObject(row) && (await isVisible(exchange, deps, { rule, row }))) visible.push(row);
  }
  return visible;
}

type Row = { readonly rule: RowsRule; readonly row: JsonObject };

async function isVisible(exchange: Exchange, deps: GatewayDeps, { rule, row }: Row): Promise<boolean> {
  const key = deps.interface.rowKey(rule, row);
  const resource = key === undefined ? undefined : await deps.resources.find(rule.type, key);
  if (resource === undefined) return false;
  const { principal, authentication, scopes } = need(exchange.identity, 'identity');
  const asked = [{ action: rule.action, resource }];
  return deps.allows({ principal, authentication, scopes, interface: 'mlflow', asked });
}

function render(value: JsonObject): Uint8Array {
  return utf8(JSON.stringify(value, undefined, 2));
}

async function* none(): AsyncGenerator<Uint8Array> {}
