import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { databases } from '../../../../tests/support/databases.ts';
import { searchableRuns } from '../runs/run-store.ts';
import { createWorld, furnish, type World } from '../testing/world.ts';
import { readFilter, splitPrompts } from './filter.ts';

const clausesOf = (text: string) =>
  readFilter(text, searchableRuns).map(({ scope, key, comparator, value }) => [scope, key, comparator, value]);

describe('a filter', () => {
  it.each([
    ["status = 'FINISHED'", [['attribute', 'status', '=', 'FINISHED']]],
    ["attributes.status='FINISHED'", [['attribute', 'status', '=', 'FINISHED']]],
    ['metrics.auc > .5', undefined],
    ['metrics.auc > 0.5', [['metric', 'auc', '>', 0.5]]],
    ['metrics.`val auc` >= -1e-3', [['metric', 'val auc', '>=', -0.001]]],
    ['params."learning rate" = \'0.1\'', [['param', 'learning rate', '=', '0.1']]],
    [
      'tags.mlflow.user LIKE \'a%\' and params.p != "x"',
      [
        ['tag', 'mlflow.user', 'LIKE', 'a%'],
        ['param', 'p', '!=', 'x'],
      ],
    ],
    ["tags.note = 'it''s'", [['tag', 'note', '=', "it's"]]],
    ["tags.note = 'a and b = c'", [['tag', 'note', '=', 'a and b = c']]],
    ["run_id IN ('a', 'b')", [['attribute', 'run_id', 'IN', ['a', 'b']]]],
    ["run_id not  in ('a')", [['attribute', 'run_id', 'NOT IN', ['a']]]],
    [
      'tags.a IS NULL AND tags.b is not null',
      [
        ['tag', 'a', 'IS NULL', undefined],
        ['tag', 'b', 'IS NOT NULL', undefined],
      ],
    ],
    ['', []],
  ])('`%s` is read as its clauses', (text, clauses) => {
    if (clauses === undefined) expect(() => clausesOf(text)).toThrow();
    else expect(clausesOf(text)).toEqual(clauses);
  });

  it.each([
    'status',
    "status = 'a' AND",
    "AND status = 'a'",
    "status = 'a' OR status = 'b'",
    "status = 'a'; DELETE FROM registry_runs",
    "status = 'a' -- and more",
    "status = 'a",
    'status = 5',
    "metrics.auc > 'x'",
    "metrics.auc LIKE 'x'",
    'run_id IN ()',
    "run_id = ('a')",
    "tags.a IS NULL 'x'",
    "id = 'a'",
    "__proto__ = 'a'",
    "constructor = 'a'",
    "attributes.experiment_id = '1'",
    `status = '${'a'.repeat(9000)}'`,
    Array.from({ length: 65 }, () => "status = 'a'").join(' AND '),
  ])('`%s` is refused', (text) => {
    expect(() => clausesOf(text)).toThrow(expect.objectContaining({ code: 'INVALID_PARAMETER_VALUE' }));
  });

  it('about prompts finds prompts, and any other does not', () => {
    const prompts = { ...searchableRuns };
    const split = (text: string) => splitPrompts(readFilter(text, prompts));
    expect(split("tags.`mlflow.prompt.is_prompt` = 'true'").prompts).toBe('in');
    expect(split("tags.`mlflow.prompt.is_prompt` != 'true'")).toEqual({ clauses: [], prompts: 'out' });
    expect(split("tags.a = 'b'").prompts).toBe('out');
  });
});

const word = fc.constantFrom(
  'status',
  'run_id',
  'metrics.auc',
  'params.`p q`',
  'tags.kind',
  'start_time',
  'nothing',
  '`x`',
  '"y"',
);
const comparator = fc.constantFrom(
  '=',
  '!=',
  '<',
  '>=',
  'LIKE',
  'ILIKE',
  'IN',
  'NOT IN',
  'IS NULL',
  'IS NOT NULL',
  '==',
  '',
);
const value = fc.oneof(
  fc.string({ maxLength: 12 }).map((text) => `'${text}'`),
  fc.string({ unit: 'grapheme', maxLength: 6 }).map((text) => `'%${text}_'`),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.constantFrom("('a', 'b')", '(', "'", '', '*', '[a', '?'),
);
const filter = fc
  .array(fc.tuple(word, comparator, value), { minLength: 1, maxLength: 3 })
  .map((clauses) => clauses.map((parts) => parts.join(' ')).join(' AND '));

describe.each(databases)('searches on $name', ({ open }) => {
  it('answer or refuse every filter and every order, and never fail in the database', async () => {
    const world = createWorld(await open());
    const { experiment } = await furnish(world);
    const order = fc.array(
      fc.tuple(word, fc.constantFrom('', ' ASC', ' desc', ' up')).map((parts) => parts.join('')),
      { maxLength: 2 },
    );
    await fc.assert(
      fc.asyncProperty(filter, order, async (text, order_by) => {
        const json = { experiment_ids: [experiment], filter: text, order_by };
        const answer = await world.send('POST /mlflow/runs/search', { json });
        expect([200, 400]).toContain(answer.status);
      }),
      { numRuns: 150 },
    );
    await world.database.close();
  });

  it('walk through every row once, page by page, whatever the page size', async () => {
    const world = createWorld(await open());
    const { experiment } = await furnish(world);
    for (let at = 0; at < 6; at += 1) {
      // Some start at the same moment: the order must still be one.
      await world.send('POST /mlflow/runs/create', { json: { experiment_id: experiment, start_time: at % 2 } });
    }
    const all = await walk(world, { experiment_ids: [experiment], max_results: 100 });
    expect(new Set(all).size).toBe(7);
    for (const max_results of [1, 2, 3]) {
      expect(await walk(world, { experiment_ids: [experiment], max_results })).toEqual(all);
    }
    await world.database.close();
  });

  it.each([
    ["name LIKE 'fraud%'", ['fraud-scorer']],
    ["name LIKE 'FRAUD%'", []],
    ["name ILIKE 'FRAUD%'", ['fraud-scorer']],
    ["name LIKE '%scorer'", ['churn-scorer', 'fraud-scorer']],
    ["name LIKE '_raud-%'", ['fraud-scorer']],
    ["name LIKE '*'", []],
    ["name LIKE 'f[a-z]%'", []],
    ["name != 'fraud-scorer'", ['churn-scorer']],
    ["name = '' or '1' = '1'", undefined],
  ])('find for `%s` the same on every database', async (text, names) => {
    const world = createWorld(await open());
    await furnish(world);
    await furnish(world, 'churn');
    const { json } = await world.send(`GET /mlflow/registered-models/search?filter=${encodeURIComponent(text)}`);
    const found = (json.registered_models ?? []) as { name: string }[];
    if (names === undefined) expect(json.error_code).toBe('INVALID_PARAMETER_VALUE');
    else expect(found.map(({ name }) => name)).toEqual(names);
    await world.database.close();
  });
});

async function walk({ send }: World, asked: object): Promise<readonly string[]> {
  const ids: string[] = [];
  let page_token: unknown;
  do {
    const { json } = await send('POST /mlflow/runs/search', {
      json: { ...asked, ...(page_token === undefined ? {} : { page_token }) },
    });
    ids.push(...((json.runs ?? []) as { info: { run_id: string } }[]).map(({ info }) => info.run_id));
    page_token = json.next_page_token;
  } while (page_token !== undefined);
  return ids;
}
