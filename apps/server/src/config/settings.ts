/** One setting as people see it. The schema beside this file says the same to the machine; a test compares the two. */
export type Setting = {
  /** Where it stands in modelward.yaml. */
  readonly path: string;
  /** How a variable's text becomes its value. A list is separated by commas. */
  readonly form: 'text' | 'port' | 'number' | 'list' | 'flag';
  readonly default?: string | number | boolean | readonly string[];
  /** Completes the sentence "`x` is not ...". */
  readonly expects: string;
  readonly example: string;
  readonly meaning: string;
  /** Holds a secret: its value appears in no message, and masked in `config show`. */
  readonly secret?: true;
};

const folder = { form: 'text', expects: 'the path of a folder' } as const;
const file = { form: 'text', expects: 'the path of a file' } as const;
const host = { form: 'text', expects: 'a host name or an IP address (without brackets or a port)' } as const;
const port = { form: 'port', expects: 'a whole number from 1 to 65535' } as const;
const publicUrl = { form: 'text', expects: 'a URL of scheme, host name and port only' } as const;

export const settings: readonly Setting[] = [
  {
    ...folder,
    path: 'dataFolder',
    default: './data',
    example: './data',
    meaning: 'where the state, the artifacts and the record are kept',
  },
  {
    ...folder,
    path: 'keyFolder',
    default: './keys',
    example: './keys',
    meaning: 'where the signing and pseudonym keys are kept; never inside `dataFolder`',
  },
  {
    path: 'storage.kind',
    form: 'text',
    default: 'sqlite',
    expects: '`sqlite` or `postgres`',
    example: 'postgres',
    meaning: '`sqlite` (in `dataFolder`) or `postgres`',
  },
  {
    path: 'storage.url',
    form: 'text',
    secret: true,
    expects: 'a URL that begins with `postgres://` or `postgresql://`',
    example: 'postgres://modelward:secret@db.example.com/modelward',
    meaning: "with `postgres` only: the database's URL; its password is never printed",
  },
  {
    ...host,
    path: 'control.host',
    default: 'localhost',
    example: 'localhost',
    meaning: 'the address that the console and control API listen on',
  },
  { ...port, path: 'control.port', default: 8080, example: '8080', meaning: 'their port' },
  {
    ...publicUrl,
    path: 'control.publicUrl',
    example: 'https://modelward.example.com',
    meaning: 'where people reach them, when that is not the address above',
  },
  {
    ...host,
    path: 'mlflow.host',
    default: '127.0.0.1',
    example: '127.0.0.1',
    meaning: 'the address that the MLflow interface listens on',
  },
  { ...port, path: 'mlflow.port', default: 5000, example: '5001', meaning: 'its port' },
  {
    ...publicUrl,
    path: 'mlflow.publicUrl',
    example: 'https://mlflow.example.com',
    meaning: 'where people reach it; its host name is never the one of `control`',
  },
  {
    path: 'mlflow.upstream.kind',
    form: 'text',
    default: 'built-in',
    expects: '`built-in` or `mlflow`',
    example: 'mlflow',
    meaning: '`built-in` (the registry inside Modelward) or `mlflow` (a real MLflow server)',
  },
  {
    path: 'mlflow.upstream.url',
    form: 'text',
    expects: 'a URL of scheme, host name and port only',
    example: 'https://mlflow.internal:5000',
    meaning: "with `mlflow` only: the server's URL; `https` unless it is on this machine",
  },
  {
    ...file,
    path: 'mlflow.upstream.socket',
    example: '/run/mlflow/socket',
    meaning: "with `mlflow` only: the server's Unix socket, instead of `url`",
  },
  {
    path: 'mlflow.upstream.acceptOpen',
    form: 'text',
    expects: 'a reason in words (up to 500 characters)',
    example: 'a network rule lets only this machine in',
    meaning:
      'with `mlflow` only: why it is accepted that the server answers others too; shown at the start, and recorded as written for good',
  },
  {
    path: 'policy.engine.kind',
    form: 'text',
    default: 'built-in',
    expects: '`built-in` or `authzen`',
    example: 'authzen',
    meaning:
      '`built-in` (the Cedar policies of the bundle decide) or `authzen` (another decision point does; the guardrails still apply)',
  },
  {
    ...publicUrl,
    path: 'policy.engine.url',
    example: 'https://pdp.example.com',
    meaning: 'with `authzen` only: the AuthZEN 1.0 server that decides; `https` unless it is on this machine',
  },
  {
    path: 'policy.engine.timeoutMs',
    form: 'number',
    expects: 'a whole number of milliseconds from 1 to 60000',
    example: '250',
    meaning:
      'with `authzen` only: how long its answer is waited for, 1000 unless said; without one in time the answer is no',
  },
  {
    ...folder,
    path: 'policy.application',
    example: './todo-policies',
    meaning: "another application's policies and entities, that may be asked about over AuthZEN (docs/authzen.md)",
  },
  {
    path: 'record.public',
    form: 'flag',
    default: false,
    expects: '`true` or `false`',
    example: 'true',
    meaning: "whether anybody may read the record's checkpoint and hash tiles; its entries never, without `audit.read`",
  },
  {
    path: 'record.witnesses',
    form: 'list',
    default: [],
    expects: 'the URL of a C2SP witness and its key, with a space between',
    example: 'https://witness.example.com witness.example.com+6ef47604+BBMwWWxm4Jhe8WHirp9IBdo0ouWWfXB132FdSTAd6x20',
    meaning: 'witnesses elsewhere that cosign the checkpoints of the record: each `URL KEY`',
  },
  {
    ...file,
    path: 'tls.certificateFile',
    example: '/etc/modelward/certificate.pem',
    meaning: 'the certificate chain (PEM) of both interfaces',
  },
  { ...file, path: 'tls.keyFile', example: '/etc/modelward/key.pem', meaning: 'its private key (PEM)' },
  {
    path: 'trustedProxies',
    form: 'list',
    default: [],
    expects: 'an IP address or a range such as `10.0.0.0/8`',
    example: '10.1.2.3',
    meaning: 'whose forwarded headers are believed: addresses and ranges',
  },
  {
    path: 'logLevel',
    form: 'text',
    default: 'info',
    expects: 'one of `fatal`, `error`, `warn`, `info`, `debug`, `trace`, `silent`',
    example: 'info',
    meaning: '`fatal`, `error`, `warn`, `info`, `debug`, `trace` or `silent`',
  },
];

/** `mlflow.upstream.acceptOpen` is `MODELWARD_MLFLOW_UPSTREAM_ACCEPT_OPEN`: dots and inner capitals become underscores. */
export function variableOf(path: string): string {
  const words = path.replaceAll('.', '_').replaceAll(/[A-Z]/g, (capital) => `_${capital}`);
  return `MODELWARD_${words.toUpperCase()}`;
}

/** The setting at a path, where a place in a list counts as the list. */
export function settingAt(path: string): Setting | undefined {
  const wanted = path.replace(/\[\d+\]$/, '');
  return settings.find((setting) => setting.path === wanted);
}
