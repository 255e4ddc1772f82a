import { type JsonObject, type JsonValue, utf8 } from '@modelward/basics';
import type { UpstreamAnswer, UpstreamRequest } from '@modelward/contract';
import type { Refusal, RowsRule } from '@modelward/interfaces';
import { isObject, readObject } from '../effects.ts';
import { type Exchange, type GatewayDeps, need } from '../exchange.ts';
import { limits } from '../limits.ts';
import { UpstreamFault } from '../upstream-fault.ts';
import { readAnswer, upstreamRequest } from './forward.ts';

/**
 * Lists hold only the rows that the caller may see. Each page asks the upstream for no more rows than are still wanted, so
 * that no page is ever cut: the upstream's own token is then the place to go on, and it leaves sealed.
 */
export async function filter(exchange: Exchange, deps: GatewayDeps): Promise<Refusal | undefined> {
  const rule = exchange.description?.rows;
  if (rule === undefined) return undefined;
  if (!rule.paged) return filterOnce(exchange, deps, rule);
  try {
    return await fillPage(exchange, deps, rule);
  } catch (fault) {
    if (!(fault instanceof UpstreamFault)) throw fault;
    return { reason: fault.kind === 'down' ? 'upstream-down' : 'upstream-slow' };
  }
}

async function filterOnce(exchange: Exchange, deps: GatewayDeps, rule: RowsRule): Promise<undefined> {
  const page = exchange.answer?.status === 200 ? readObject(exchange.answerBytes) : undefined;
  if (page === undefined) return undefined;
  exchange.answerBytes = render({ ...page, [rule.field]: await visibleRows(exchange, deps, { rule, page }) });
  return undefined;
}

async function fillPage(exchange: Exchange, deps: GatewayDeps, rule: RowsRule): Promise<Refusal | undefined> {
  const asked = pageAsked(exchange, deps);
  if (asked === undefined)
    return { reason: 'malformed', detail: '`page_token` or `max_results` is not one that was given out here' };
  const rows: JsonValue[] = [];
  let token = asked.token;
  for (let pages = 0; pages < limits.pagesPerList; pages += 1) {
    const request = pageRequest(exchange, {
      token,
      rows: asked.rows === undefined ? undefined : asked.rows - rows.length,
    });
    const answer = await deps.upstream.send(request, need(exchange.caller, 'caller'));
    const bytes = await readAnswer(answer);
    const page = readObject(bytes);
    if (answer.status !== 200 || page === undefined) return passOn(exchange, answer, bytes);
    rows.push(...(await visibleRows(exchange, deps, { rule, page })));
    token = typeof page.next_page_token === 'string' && page.next_page_token !== '' ? page.next_page_token : undefined;
    // Without a page size of the client's own, the upstream's default is one page, however few of its rows remain.
    if (token === undefined || asked.rows === undefined || rows.length >= asked.rows) break;
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

type PageAsked = { readonly rows: number | undefined; readonly token: string | undefined };

function pageAsked(exchange: Exchange, deps: GatewayDeps): PageAsked | undefined {
  const query = new URLSearchParams(exchange.head.target.split('?')[1] ?? '');
  const sealed = exchange.head.method === 'GET' ? query.get('page_token') : exchange.body?.page_token;
  const size = exchange.head.method === 'GET' ? query.get('max_results') : exchange.body?.max_results;
  const token = typeof sealed === 'string' && sealed !== '' ? deps.open(sealed) : '';
  const rows = size === undefined || size === null ? undefined : Number(size);
  if (token === undefined || (rows !== undefined && (!Number.isSafeInteger(rows) || rows < 1))) return undefined;
  return { rows, token: token === '' ? undefined : token };
}

/** The client's request with another page size and place: the only requests that are not passed on byte for byte. */
function pageRequest(exchange: Exchange, page: PageAsked): UpstreamRequest {
  const request = upstreamRequest(exchange);
  if (exchange.head.method === 'GET') {
    const [path = '', text = ''] = exchange.head.target.split('?');
    const query = new URLSearchParams(text);
    query.delete('page_token');
    if (page.token !== undefined) query.set('page_token', page.token);
    if (page.rows !== undefined) query.set('max_results', String(page.rows));
    return { ...request, target: query.size === 0 ? path : `${path}?${query}` };
  }
  const { page_token: _, ...rest } = exchange.body ?? {};
  const body = utf8(
    JSON.stringify({
      ...rest,
      ...(page.token === undefined ? {} : { page_token: page.token }),
      ...(page.rows === undefined ? {} : { max_results: page.rows }),
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
  for (const row of rows as readonly JsonValue[]) {
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
  return (await deps.decide({ principal, authentication, scopes, interface: 'mlflow', asked })).allowed;
}

function render(value: JsonObject): Uint8Array {
  return utf8(JSON.stringify(value, undefined, 2));
}

async function* none(): AsyncGenerator<Uint8Array> {}
