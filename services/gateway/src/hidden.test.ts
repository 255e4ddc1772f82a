import { mlflowRoutes } from '@modelward/interfaces';
import { afterEach, describe, expect, it } from 'vitest';
import { answering, closeAll, decisionsOf, listenHttp, openDoor, send } from './testing/door.ts';
import { hiddenRun, missingRun, openRun } from './testing/facts.ts';

afterEach(closeAll);

/** Names of one kind of thing: in a project that nobody told of, and of nothing at all. As long as each other. */
const names = {
  hidden: { model: 'hidden-model', experiment: '3', named: 'hidden-experiment', run: hiddenRun, fresh: 'hidden-new' },
  missing: { model: 'hidden-empty', experiment: '4', named: 'hidden-nothing___', run: missingRun, fresh: 'absent-new' },
} as const;

type Names = (typeof names)['hidden' | 'missing'];
type Sample = (names: Names) => {
  readonly query?: string;
  readonly body?: object | string;
  readonly path?: readonly string[];
};

const run: Sample = ({ run: id }) => ({ body: { run_id: id } });
const runInQuery: Sample = ({ run: id }) => ({ query: `run_id=${id}` });
const model: Sample = ({ model: name }) => ({ body: { name } });
const modelInQuery: Sample = ({ model: name }) => ({ query: `name=${name}` });
const version: Sample = ({ model: name }) => ({ body: { name, version: '1' } });
const versionInQuery: Sample = ({ model: name }) => ({ query: `name=${name}&version=1` });
const experiment: Sample = ({ experiment: id }) => ({ body: { experiment_id: id } });
const experiments: Sample = ({ experiment: id }) => ({ body: { experiment_ids: [id] } });
const logged: Sample = ({ run: id }) => ({ path: [`m-${id}`, 'tag'], body: {} });
const artifact: Sample = ({ run: id }) => ({ path: [`1/${id}/artifacts/x`] });
const alias: Sample = ({ model: name }) => ({ body: { name, alias: 'champion', version: '1' } });

/** One request for each route that names something, asking about what these names stand for. */
const samples: Record<string, Sample> = {
  'POST /mlflow/experiments/create': ({ named: name }) => ({ body: { name } }),
  'GET /mlflow/experiments/get': ({ experiment: id }) => ({ query: `experiment_id=${id}` }),
  'GET /mlflow/experiments/get-by-name': ({ named }) => ({ query: `experiment_name=${named}` }),
  'POST /mlflow/experiments/update': experiment,
  'POST /mlflow/experiments/delete': experiment,
  'POST /mlflow/experiments/restore': experiment,
  'POST /mlflow/experiments/set-experiment-tag': experiment,
  'POST /mlflow/runs/create': experiment,
  'GET /mlflow/runs/get': runInQuery,
  'POST /mlflow/runs/search': experiments,
  'POST /mlflow/runs/update': run,
  'POST /mlflow/runs/delete': run,
  'POST /mlflow/runs/restore': run,
  'POST /mlflow/runs/log-parameter': run,
  'POST /mlflow/runs/log-metric': run,
  'POST /mlflow/runs/log-batch': ({ run: id }) => ({ body: { run_id: openRun, metrics: [{ model_id: `m-${id}` }] } }),
  'POST /mlflow/runs/log-inputs': run,
  'POST /mlflow/runs/outputs': run,
  'POST /mlflow/runs/log-model': run,
  'POST /mlflow/runs/set-tag': run,
  'POST /mlflow/runs/delete-tag': run,
  'GET /mlflow/metrics/get-history': runInQuery,
  'GET /mlflow/artifacts/list': runInQuery,
  'POST /mlflow/logged-models': experiment,
  'POST /mlflow/logged-models/search': experiments,
  'GET /mlflow/logged-models/{model_id}': ({ run: id }) => ({ path: [`m-${id}`] }),
  'PATCH /mlflow/logged-models/{model_id}': logged,
  'DELETE /mlflow/logged-models/{model_id}': logged,
  'POST /mlflow/logged-models/{model_id}/params': logged,
  'PATCH /mlflow/logged-models/{model_id}/tags': logged,
  'DELETE /mlflow/logged-models/{model_id}/tags/{tag_key}': logged,
  'POST /mlflow/registered-models/create': model,
  'GET /mlflow/registered-models/get': modelInQuery,
  'GET /mlflow/registered-models/get-latest-versions': modelInQuery,
  'POST /mlflow/registered-models/get-latest-versions': model,
  'PATCH /mlflow/registered-models/update': model,
  'DELETE /mlflow/registered-models/delete': model,
  'POST /mlflow/registered-models/set-tag': model,
  'DELETE /mlflow/registered-models/delete-tag': model,
  'POST /mlflow/registered-models/alias': alias,
  'DELETE /mlflow/registered-models/alias': alias,
  'GET /mlflow/registered-models/alias': ({ model: name }) => ({ query: `name=${name}&alias=champion` }),
  'POST /mlflow/model-versions/create': ({ run: id }) => ({
    body: { name: 'open-model', source: `runs:/${id}/model` },
  }),
  'GET /mlflow/model-versions/get': versionInQuery,
  'GET /mlflow/model-versions/get-download-uri': versionInQuery,
  'PATCH /mlflow/model-versions/update': version,
  'POST /mlflow/model-versions/transition-stage': ({ model: name }) => ({
    body: { name, version: '1', stage: 'Production' },
  }),
  'DELETE /mlflow/model-versions/delete': version,
  'POST /mlflow/model-versions/set-tag': version,
  'DELETE /mlflow/model-versions/delete-tag': version,
  'GET /mlflow-artifacts/artifacts/{artifact_path+}': artifact,
  'PUT /mlflow-artifacts/artifacts/{artifact_path+}': ({ run: id }) => ({
    path: [`1/${id}/artifacts/x`],
    body: 'bytes',
  }),
  'DELETE /mlflow-artifacts/artifacts/{artifact_path+}': artifact,
  'GET /mlflow-artifacts/artifacts': ({ run: id }) => ({ query: `path=1/${id}/artifacts` }),
};

/** These name nothing: their rows are decided one by one, or they hold nothing of anyone's. */
const nameless = [
  'POST /mlflow/experiments/search',
  'GET /mlflow/experiments/search',
  'GET /mlflow/registered-models/search',
  'GET /mlflow/model-versions/search',
  'GET /mlflow/server-info',
];

function write(line: string, { query, body, path = [] }: ReturnType<Sample>) {
  const [method = '', template = ''] = line.split(' ');
  let at = 0;
  const filled = template.replaceAll(/\{[\w+]+\}/g, () => {
    at += 1;
    return path[at - 1] ?? '';
  });
  const target = `/api/2.0${filled}${query === undefined ? '' : `?${query}`}`;
  const sent = method === 'GET' || (body === undefined && method === 'DELETE') ? undefined : (body ?? {});
  return {
    line: `${method} ${target}`,
    sent: sent === undefined ? {} : { body: typeof sent === 'string' ? sent : JSON.stringify(sent) },
  };
}

/** An answer without what differs from any answer to any other, and with the names that were asked for taken out. */
function told(raw: string, asked: Names): string {
  const names = Object.values(asked).sort((a, b) => b.length - a.length);
  return names
    .reduce((text, name) => (name.length < 3 ? text : text.replaceAll(name, '*')), raw)
    .replace(/id=\d+ exists/, 'id=* exists')
    .replace(/x-request-id: req_\d+/, '')
    .replace(/modelward-receipt: modelward\/test \d+/, '')
    .replace(/content-length: \d+/, '')
    .replace(/date: .*\r\n/i, '');
}

describe('what may not be known of', () => {
  it('is asked about below on every route that names something', () => {
    const known = mlflowRoutes.map(({ method, path }) => `${method} ${path}`);
    expect([...Object.keys(samples), ...nameless].sort()).toEqual([...new Set(known)].sort());
  });

  const ofNewNames = ['experiments', 'registered-models'].map(
    (kind) => [`POST /mlflow/${kind}/create`, (({ fresh: name }) => ({ body: { name } })) satisfies Sample] as const,
  );

  it.each([...Object.entries(samples), ...ofNewNames])(
    'answers as what is not there, and costs the same: %s',
    async (line, sample) => {
      const upstreamPort = await listenHttp(answering({}));
      const door = await openDoor({ upstreamPort });
      const looks = [];
      for (const asked of [names.hidden, names.missing]) {
        const { line: target, sent } = write(line, sample(asked));
        const answer = await send(door, target, sent);
        looks.push({
          status: answer.status,
          told: told(answer.raw, asked),
          counts: door.counts.take(),
          records: door.log.splice(0).length,
        });
      }
      expect(looks[0]).toEqual(looks[1]);
      expect(looks[0]).toMatchObject({ status: 404, records: 1 });
      expect(looks[0]?.counts).not.toHaveProperty('upstream');
    },
  );

  it('is known to the record, which tells hidden from missing', async () => {
    const door = await openDoor();
    for (const name of ['hidden-model', 'hidden-empty'])
      await send(door, `GET /api/2.0/mlflow/registered-models/get?name=${name}`);
    expect(decisionsOf(door)).toMatchObject([
      { decision: 'deny', reasons: ['no-permit'], asked: [{ resource: { id: 'res_hidden_model' } }] },
      { decision: 'deny', reasons: ['not-found'] },
    ]);
  });

  it('is an artifact path as well that names a run and another experiment', async () => {
    const door = await openDoor();
    const ask = (experimentId: string) =>
      send(door, `GET /api/2.0/mlflow-artifacts/artifacts/${experimentId}/${openRun}/artifacts/x`);
    expect((await ask('1')).status).toBe(502);
    expect((await ask('2')).status).toBe(404);
    expect((await ask('3')).status).toBe(404);
  });
});
