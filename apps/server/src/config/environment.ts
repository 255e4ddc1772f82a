import { type ConfigFlaw, nearest, show } from './flaw.ts';
import { type Setting, settings, variableOf } from './settings.ts';
import { emptyTree, putAt, type Tree } from './tree.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Variables of ours that are not settings: the file's name, the command line's own, and the tests'. */
const otherVariables =
  /^MODELWARD_(CONFIG|SERVER|TOKEN|PASSWORD|WEBHOOK_AUTHORIZATION|REQUIRE|VECTORS|TEST_[A-Z0-9_]+)$/;

/** The settings that the environment gives, and the variables that look like settings and are none. */
export function readEnvironment(environment: Environment): { tree: Tree; flaws: ConfigFlaw[] } {
  const tree = emptyTree();
  for (const setting of settings) {
    const text = givenText(environment, variableOf(setting.path));
    if (text !== undefined) putAt(tree, setting.path, parseText(setting, text));
  }
  const known = new Set(settings.map(({ path }) => variableOf(path)));
  const unknown = Object.keys(environment).filter(
    (name) =>
      name.startsWith('MODELWARD_') &&
      !known.has(name) &&
      !otherVariables.test(name) &&
      givenText(environment, name) !== undefined,
  );
  return { tree, flaws: unknown.map((name) => describeUnknown(name, [...known])) };
}

/** An empty variable counts as none: that is how compose files and shells spell "not set". */
function givenText(environment: Environment, name: string): string | undefined {
  const text = environment[name];
  return text === undefined || text === '' || isServiceLink(name, text) ? undefined : text;
}

/** Kubernetes gives every pod variables named after the services around it: a service `modelward-control` is `MODELWARD_CONTROL_PORT`. */
function isServiceLink(name: string, text: string): boolean {
  if (/_SERVICE_(HOST|PORT)(_[A-Z0-9_]+)?$/.test(name) || /_PORT_\d+_(TCP|UDP|SCTP)(_[A-Z]+)?$/.test(name)) return true;
  return name.endsWith('_PORT') && /^(tcp|udp|sctp):\/\//.test(text);
}

/** Text that does not fit stays text, for the schema to refuse with everything else. */
function parseText({ form }: Setting, text: string): unknown {
  if (form === 'port') return /^\d{1,5}$/.test(text) ? Number(text) : text;
  if (form === 'number') return /^\d{1,9}$/.test(text) ? Number(text) : text;
  if (form === 'flag') return text === 'true' ? true : text === 'false' ? false : text;
  if (form === 'list') return text.split(',').map((item) => item.trim());
  return text;
}

function describeUnknown(name: string, known: readonly string[]): ConfigFlaw {
  const meant = nearest(name, known);
  const fix = 'unset it; docs/configuration.md lists every variable';
  return {
    path: show(name),
    reason: 'no setting has this variable',
    fix: meant === undefined ? fix : `did you mean \`${meant}\`?`,
  };
}
